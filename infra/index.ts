import * as pulumi from "@pulumi/pulumi";

import {
  ClusterAccess,
  IngressGateway,
  IstioStrictDefaults,
  JavaService,
  MeshNamespace,
  OtelCollector,
  OtelMtlsException,
  recordManifests,
  reportTraffic,
} from "../components/index";
import { readConfig } from "./config";
import { callersOf, environmentOf, exceptionArgs, routesOf } from "./wiring";

/** The staging environment, from the cluster up. Run by Pulumi, and by a process that previews and then updates. */
export = async (): Promise<Record<string, unknown>> => {
  const config = readConfig();
  const { cluster, mesh, collector: collectorConfig, services: serviceConfigs } = config;
  const recording = recordManifests();

  const { provider } = new ClusterAccess("cluster", cluster);
  const inCluster = { provider, transformations: [recording.transformation] };

  const { rootNamespace, enableAutoMtls, destinationRules } = mesh;
  const strict = new IstioStrictDefaults("mesh", { rootNamespace, enableAutoMtls, destinationRules }, inCluster);

  const names = [...new Set([collectorConfig.namespace, ...serviceConfigs.map(({ namespace }) => namespace)])];
  const namespaces = names.map(
    (name) =>
      new MeshNamespace(
        name,
        {
          podSecurity: mesh.podSecurity,
          allowFrom: callersOf(name, config),
          ...(mesh.revision === undefined ? {} : { revision: mesh.revision }),
        },
        { ...inCluster, dependsOn: [strict] },
      ),
  );
  const inMesh = { ...inCluster, dependsOn: namespaces };

  const [exception] = config.exceptions.map(
    (declared) => new OtelMtlsException(...exceptionArgs(declared, config), inMesh),
  );
  const mtlsException = exception === undefined ? {} : { mtlsException: exception };

  const { name: collectorName, ...collectorArgs } = collectorConfig;
  const { clusterDomain } = mesh;
  const collector = new OtelCollector(collectorName, { ...collectorArgs, clusterDomain, ...mtlsException }, inMesh);

  for (const { name, ...args } of serviceConfigs)
    new JavaService(name, { environment: pulumi.getStack(), ...args, collector, ...mtlsException }, inMesh);

  const gateway =
    mesh.ingress === undefined
      ? undefined
      : new IngressGateway("ingress", { ...mesh.ingress, clusterDomain, routes: routesOf(config) }, inMesh);

  const report = pulumi.output(
    recording.manifests().then((manifests) => reportTraffic(manifests, environmentOf(config, exception))),
  );
  return {
    traffic: report.traffic,
    exceptions: report.exceptions,
    endpoints: { ...collector.endpoints, ingress: gateway?.urls ?? [] },
  };
};

import { hex, type Draw } from "./draw";
import type { Place } from "./service";

/** A pod as the API server gives it, without its managed fields: 2 KB as JSON. */
export function pod({ namespace, name }: Place, at: number, draw: Draw): object {
  const suffix = `${safe(draw, 9)}-${safe(draw, 5)}`;
  const ip = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
  const time = `2026-10-${String(1 + draw(28)).padStart(2, "0")}T0${draw(10)}:1${draw(10)}:2${draw(10)}Z`;
  const labels = {
    app: name,
    "app.kubernetes.io/version": `2.${draw(40)}.${draw(10)}`,
    "pod-template-hash": suffix.slice(0, 9),
  };
  const volume = `kube-api-access-${hex(draw, 5)}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      creationTimestamp: time,
      generateName: `${name}-${suffix.slice(0, 9)}-`,
      labels,
      name: `${name}-${suffix}`,
      namespace,
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          controller: true,
          kind: "ReplicaSet",
          name: `${name}-${suffix.slice(0, 9)}`,
          uid: uid(draw),
        },
      ],
      resourceVersion: String(10_000_000 + draw(9_000_000)),
      uid: uid(draw),
    },
    spec: {
      containers: [
        {
          env: [
            { name: "OTEL_SERVICE_NAME", value: name },
            { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://otel-collector.monitoring:4317" },
          ],
          image: `registry.example.com/${namespace}/${name}:2.${draw(40)}.${draw(10)}`,
          imagePullPolicy: "IfNotPresent",
          name: "main",
          ports: [{ containerPort: 8080, name: "http", protocol: "TCP" }],
          resources: { limits: { memory: "1Gi" }, requests: { cpu: "100m", memory: "512Mi" } },
          volumeMounts: [{ mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", name: volume, readOnly: true }],
        },
      ],
      nodeName: `node-${draw(400)}.example.com`,
      serviceAccountName: name,
      volumes: [
        {
          name: volume,
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
          },
        },
      ],
    },
    status: {
      conditions: [
        { lastTransitionTime: time, status: "True", type: "Initialized" },
        { lastTransitionTime: time, status: "True", type: "Ready" },
      ],
      containerStatuses: [
        {
          containerID: `containerd://${hex(draw, 64)}`,
          image: `registry.example.com/${namespace}/${name}`,
          imageID: `registry.example.com/${namespace}/${name}@sha256:${hex(draw, 64)}`,
          name: "main",
          ready: true,
          restartCount: draw(3),
          started: true,
          state: { running: { startedAt: time } },
        },
      ],
      hostIP: `192.168.${draw(4)}.${draw(250)}`,
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      qosClass: "Burstable",
      startTime: time,
    },
  };
}

/** What Kubernetes makes suffixes of: no vowels, so no words and no numbers like `1e3`. */
const safe = (draw: Draw, digits: number): string =>
  Array.from({ length: digits }, () => "bcdfghjklmnpqrstvwxz2456789"[draw(27)]).join("");

const uid = (draw: Draw): string => [8, 4, 4, 4, 12].map((digits) => hex(draw, digits)).join("-");

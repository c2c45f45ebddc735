/** What the platform team itself runs. */

/** A mesh that is strict, with auto mTLS. */
export const MESH = `---
# Source: platform/templates/mesh.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: istio-system
---
# Source: platform/templates/mesh.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: monitoring
  labels:
    istio-injection: enabled
---
# Source: platform/templates/mesh.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      discoveryAddress: istiod.istio-system.svc:15012
    enablePrometheusMerge: true
    rootNamespace: istio-system
    trustDomain: cluster.local
---
# Source: platform/templates/mesh.yaml
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: STRICT
`;

export const COLLECTOR = `---
# Source: opentelemetry-collector/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: otel-collector
  namespace: monitoring
data:
  relay: |
    exporters:
      debug: {}
    extensions:
      health_check:
        endpoint: \${env:MY_POD_IP}:13133
    processors:
      batch: {}
      memory_limiter:
        check_interval: 5s
        limit_percentage: 80
        spike_limit_percentage: 25
    receivers:
      otlp:
        protocols:
          grpc:
            endpoint: \${env:MY_POD_IP}:4317
          http:
            endpoint: \${env:MY_POD_IP}:4318
    service:
      extensions:
      - health_check
      pipelines:
        traces:
          exporters:
          - debug
          processors:
          - memory_limiter
          - batch
          receivers:
          - otlp
---
# Source: opentelemetry-collector/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: otel-collector
  namespace: monitoring
spec:
  type: ClusterIP
  ports:
    - name: grpc-otlp
      port: 4317
      targetPort: 4317
      protocol: TCP
      appProtocol: grpc
    - name: http-otlp
      port: 4318
      targetPort: 4318
      protocol: TCP
  selector:
    app.kubernetes.io/name: opentelemetry-collector
---
# Source: opentelemetry-collector/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: otel-collector
  namespace: monitoring
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: opentelemetry-collector
  template:
    metadata:
      labels:
        app.kubernetes.io/name: opentelemetry-collector
    spec:
      containers:
        - name: opentelemetry-collector
          image: "otel/opentelemetry-collector-contrib:0.130.0"
          args:
            - --config=/conf/relay.yaml
          ports:
            - name: otlp
              containerPort: 4317
              protocol: TCP
            - name: otlp-http
              containerPort: 4318
              protocol: TCP
          env:
            - name: MY_POD_IP
              valueFrom:
                fieldRef:
                  apiVersion: v1
                  fieldPath: status.podIP
          volumeMounts:
            - mountPath: /conf
              name: opentelemetry-collector-configmap
      volumes:
        - name: opentelemetry-collector-configmap
          configMap:
            name: otel-collector
            items:
              - key: relay
                path: relay.yaml
`;

/** What keeps the collector strict: every client is named. */
export const exception = (clients: readonly string[]): string => `---
# Source: platform/templates/exception.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: otel-collector-exception
  namespace: monitoring
  annotations:
    meshtls.dev/schema: "1"
    meshtls.dev/exception: otel-collector
    meshtls.dev/collector: otel-collector
    meshtls.dev/selector: app.kubernetes.io/name=opentelemetry-collector
    meshtls.dev/mode: keep-strict
    meshtls.dev/ports: "4317,4318"
    meshtls.dev/clients: ${clients.join(",")}
    meshtls.dev/owner: team-observability
    meshtls.dev/reason: every client is in the mesh
`;

export const teamNamespace = (name: string): string => `---
# Source: platform/templates/namespaces.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    istio-injection: enabled
    pod-security.kubernetes.io/enforce: restricted
`;

import { hex, pick, type Draw } from "./draw";

/** Where a service lives. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

const labels = (name: string, indent: string): string =>
  [
    `helm.sh/chart: web-service-4.2.1`,
    `app.kubernetes.io/name: ${name}`,
    `app.kubernetes.io/instance: ${name}`,
    `app.kubernetes.io/version: "2.14.0"`,
    `app.kubernetes.io/managed-by: Helm`,
  ].join(`\n${indent}`);

/** Everything of one service, as `helm template` prints a chart. */
export const service = (place: Place, draw: Draw, disagrees: boolean): string =>
  [
    account(place),
    configuration(place, draw),
    clusterService(place),
    deployment(place, draw, disagrees),
    autoscaler(place, draw),
    peerAuthentication(place),
    networkPolicy(place),
  ].join("");

const account = ({ namespace, name }: Place): string => `---
# Source: web-service/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
automountServiceAccountToken: true
`;

const configuration = ({ namespace, name }: Place, draw: Draw): string => `---
# Source: web-service/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
data:
  LOG_LEVEL: "${pick(draw, "info", "debug", "warn")}"
  CACHE_TTL: "${30 + draw(600)}"
  application.yaml: |
    server:
      port: 8080
      compression:
        enabled: true
    spring:
      datasource:
        url: jdbc:postgresql://${name}-db.${namespace}.svc:5432/${name}
        hikari:
          maximum-pool-size: ${5 + draw(30)}
      kafka:
        bootstrap-servers: kafka-bootstrap.streaming.svc:9093
    management:
      endpoints:
        web:
          exposure:
            include: health,info,prometheus
`;

const clusterService = ({ namespace, name }: Place): string => `---
# Source: web-service/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
spec:
  type: ClusterIP
  ports:
    - port: 80
      targetPort: http
      protocol: TCP
      name: http
  selector:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/instance: ${name}
`;

const deployment = ({ namespace, name }: Place, draw: Draw, disagrees: boolean): string => `---
# Source: web-service/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
spec:
  replicas: ${1 + draw(6)}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/instance: ${name}
  template:
    metadata:
      annotations:
        checksum/config: ${hex(draw, 64)}
      labels:
        ${labels(name, "        ")}
        sidecar.istio.io/inject: "${disagrees ? "false" : "true"}"
    spec:
      serviceAccountName: ${name}
      securityContext:
        fsGroup: 2000
        runAsNonRoot: true
      containers:
        - name: web-service
          securityContext:
            capabilities:
              drop:
              - ALL
            readOnlyRootFilesystem: true
            runAsUser: 1000
          image: "registry.example.com/${namespace}/${name}:2.${draw(40)}.${draw(10)}"
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: OTEL_SERVICE_NAME
              value: ${name}
            - name: OTEL_EXPORTER_OTLP_ENDPOINT
              value: http://otel-collector.monitoring:4317
            - name: OTEL_EXPORTER_OTLP_PROTOCOL
              value: grpc
            - name: JAVA_TOOL_OPTIONS
              value: "-XX:MaxRAMPercentage=75.0 -XX:+ExitOnOutOfMemoryError"
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: ${name}-db
                  key: password
          envFrom:
            - configMapRef:
                name: ${name}
          livenessProbe:
            httpGet:
              path: /actuator/health/liveness
              port: http
            initialDelaySeconds: ${10 + draw(50)}
            periodSeconds: 10
          readinessProbe:
            httpGet:
              path: /actuator/health/readiness
              port: http
            periodSeconds: 5
          resources:
            limits:
              cpu: "${1 + draw(4)}"
              memory: ${1 + draw(4)}Gi
            requests:
              cpu: ${100 + draw(400)}m
              memory: 512Mi
          volumeMounts:
            - name: config
              mountPath: /config
              readOnly: true
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: config
          configMap:
            name: ${name}
        - name: tmp
          emptyDir: {}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                labelSelector:
                  matchLabels:
                    app.kubernetes.io/name: ${name}
                topologyKey: kubernetes.io/hostname
`;

const autoscaler = ({ namespace, name }: Place, draw: Draw): string => `---
# Source: web-service/templates/hpa.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${name}
  minReplicas: 2
  maxReplicas: ${3 + draw(20)}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: ${50 + draw(40)}
`;

const peerAuthentication = ({ namespace, name }: Place): string => `---
# Source: web-service/templates/peerauthentication.yaml
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  mtls:
    mode: STRICT
`;

const networkPolicy = ({ namespace, name }: Place): string => `---
# Source: web-service/templates/networkpolicy.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    ${labels(name, "    ")}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - namespaceSelector: {}
      ports:
        - port: 8080
          protocol: TCP
`;

import type { Symptom } from "../vocabulary";
import type { SymptomEntry } from "./index";
import { resetAfterRetries } from "./texts";

type NowhereSymptom = Extract<
  Symptom,
  "black-hole" | "no-healthy-upstream" | "cluster-not-found" | "connection-timeout"
>;

/** Nobody is reached. */
export const NOWHERE: Readonly<Record<NowhereSymptom, SymptomEntry>> = {
  "black-hole": {
    title: "Dropped by REGISTRY_ONLY",
    meaning: "The client's proxy knows no service for the call, and the mesh allows no others.",
    application: [
      {
        text: "HTTP 502 without a body; gRPC: UNAVAILABLE without a message",
        when: "a port that is HTTP for some service",
      },
      { text: "Connection reset", when: "any other port" },
    ],
    clientProxy: [{ text: "UH BlackHoleCluster" }],
    server: [],
  },
  "no-healthy-upstream": {
    title: "No endpoints",
    meaning: "The service has no pod that is ready; this is not about TLS.",
    application: [{ text: "no healthy upstream" }],
    clientProxy: [{ text: "UH no_healthy_upstream" }],
    server: [],
  },
  "cluster-not-found": {
    title: "A route to a cluster that is not there",
    meaning: "A VirtualService sends the client to a subset or service that its proxy does not know.",
    application: [{ text: "HTTP 503 without a body; gRPC: UNAVAILABLE without a message" }],
    clientProxy: [{ text: "NC cluster_not_found" }],
    server: [],
  },
  "connection-timeout": {
    title: "Nobody answers",
    meaning: "What was sent went to an address where nothing answers; this is not about TLS.",
    application: [
      { text: resetAfterRetries("connection timeout"), when: "through a proxy" },
      { text: "java.net.SocketTimeoutException: connect timed out", when: "no proxy" },
    ],
    clientProxy: [{ text: "URX,UF upstream_reset_before_response_started{connection_timeout}" }],
    server: [],
  },
};

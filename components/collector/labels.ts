/** The labels that select the pods of one collector and of nothing else. */
export const collectorLabels = (name: string): Record<string, string> => ({
  "app.kubernetes.io/name": "opentelemetry-collector",
  "app.kubernetes.io/instance": name,
});

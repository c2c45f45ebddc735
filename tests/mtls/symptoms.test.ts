import { SYMPTOM_TABLE, symptomText } from "../../policies/mtls/symptoms/index";
import { SYMPTOMS } from "../../policies/mtls/vocabulary";

test("every symptom is described, and nothing else is", () => {
  expect(Object.keys(SYMPTOM_TABLE).sort()).toEqual([...SYMPTOMS].sort());
});

describe.each(SYMPTOMS)("%s", (symptom) => {
  const { title, meaning, application, clientProxy, server } = SYMPTOM_TABLE[symptom];

  test("has a title of its own and one sentence of meaning", () => {
    const titles = SYMPTOMS.map((other) => SYMPTOM_TABLE[other].title);
    expect(titles.filter((other) => other === title)).toHaveLength(1);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });

  test("says what the application sees, each text once", () => {
    expect(symptomText(symptom)).toBe(application[0]?.text);
    expect(symptomText(symptom)).not.toBe("");
    for (const seen of [application, clientProxy, server]) {
      const keys = seen.map(({ text, when }) => `${text}|${when}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});

test("the incident's text is the one of wrong-version-number before Envoy hid the reason", () => {
  expect(symptomText("wrong-version-number")).toBe(
    "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end",
  );
});

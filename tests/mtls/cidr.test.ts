import { contains, isLoopback, isRange } from "../../policies/mtls/cidr";

describe("contains", () => {
  test.each<[string, string, boolean]>([
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.20.0.0/24", "10.20.0.255", true],
    ["10.20.0.0/24", "10.20.1.0", false],
    ["10.20.0.7/24", "10.20.0.1", true],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["10.0.0.1", "10.0.0.1", true],
    ["10.0.0.1/32", "10.0.0.2", false],
    ["128.0.0.0/1", "255.0.0.1", true],
    ["fd00::/8", "fdff::1", true],
    ["fd00::/8", "fe00::1", false],
    ["2001:db8::/32", "2001:db8:ffff::", true],
    ["::/0", "::1", true],
    ["::1/128", "[::1]", true],
    ["fe80::/10", "fe80::1%eth0", true],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1", true],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::/0", "10.0.0.1", false],
    ["0.0.0.0/0", "::1", false],
    ["*", "10.0.0.1", false],
    ["", "10.0.0.1", false],
    ["10.0.0.0/8", "otel.monitoring", false],
    ["10.0.0.0/8", "10.0.0.0/8", false],
  ])("%s, %s: %s", (range, address, expected) => {
    expect(contains(range, address)).toBe(expected);
  });
});

test.each<[string, boolean]>([
  ["10.20.0.0/24", true],
  ["10.20.0.1", true],
  ["fd00::/8", true],
  ["::", true],
  ["1:2:3:4:5:6:7:8", true],
  ["1:2:3:4:5:6:1.2.3.4", true],
  ["10.20.0.0/33", false],
  ["fd00::/129", false],
  ["10.20.0.0/", false],
  ["10.20.0/24", false],
  ["256.0.0.1", false],
  ["1:2:3:4:5:6:7", false],
  ["1:2:3:4:5:6:7:8:9", false],
  ["1::2::3", false],
  ["1:2:3:4:5:6:7::8", false],
  ["12345::", false],
  ["10.0.0.0/8/8", false],
  ["batch-hosts", false],
])("%s is a range: %s", (text, expected) => {
  expect(isRange(text)).toBe(expected);
});

test.each<[string, boolean]>([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["[::1]", true],
  ["10.0.0.1", false],
  ["localhost", false],
])("%s is the host itself: %s", (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

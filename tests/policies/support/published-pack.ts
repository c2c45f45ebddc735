import { packPack, type PackedPack } from "./packed-pack";
import { servePack, type ServedPack } from "./served-pack";

/** The pack as it is published, packed, unpacked elsewhere and served, for all tests of one file. */
export interface PublishedPack {
  readonly package: PackedPack;
  readonly served: ServedPack;
}

/** Call it once, at the top of a test file; what it gives is there when the tests run. */
export function publishedPack(): PublishedPack {
  let packed: PackedPack | undefined;
  let served: ServedPack | undefined;
  beforeAll(async () => {
    packed = packPack();
    served = await servePack(packed.folder);
  }, 120_000);
  afterAll(() => {
    served?.stop();
    packed?.remove();
  });
  const given = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the pack is served while tests run, and only then");
    return value;
  };
  return {
    get package() {
      return given(packed);
    },
    get served() {
      return given(served);
    },
  };
}

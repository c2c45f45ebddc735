#!/bin/sh
# Previews a stack with the policy pack, for pipelines without policy groups: it cannot be called without the pack.
#   MESHTLS_PACK=policies [MESHTLS_PACK_CONFIG=pack.json] scripts/preview-with-pack.sh preview --stack staging
#   MESHTLS_PACK=policies scripts/preview-with-pack.sh up --stack staging
# Ends as pulumi does: 0, or not 0 on a mandatory violation. `up` previews first, and updates only what passed.
set -eu

usage() {
  echo "preview-with-pack: $1" >&2
  exit 2
}

[ -n "${MESHTLS_PACK:-}" ] || usage "MESHTLS_PACK is not set: the folder of the policy pack"
[ -f "$MESHTLS_PACK/PulumiPolicy.yaml" ] || usage "MESHTLS_PACK is $MESHTLS_PACK, which is no policy pack (no PulumiPolicy.yaml)"

operation="${1:-}"
case "$operation" in
  preview | up) shift ;;
  *) usage "the first argument is '$operation'; preview or up" ;;
esac

for argument in "$@"; do
  case "$argument" in
    --skip-preview | --skip-preview=* | -f | -f=*) usage "$argument is refused: rules about a whole stack would find out after the changes" ;;
    --policy-pack | --policy-pack=* | --policy-pack-config | --policy-pack-config=*) usage "$argument is refused: the pack is what MESHTLS_PACK says" ;;
  esac
done

set -- "$@" --policy-pack "$MESHTLS_PACK"
if [ -n "${MESHTLS_PACK_CONFIG:-}" ]; then
  [ -f "$MESHTLS_PACK_CONFIG" ] || usage "MESHTLS_PACK_CONFIG is $MESHTLS_PACK_CONFIG, which is no file"
  set -- "$@" --policy-pack-config "$MESHTLS_PACK_CONFIG"
fi

pulumi preview "$@"
[ "$operation" = preview ] || exec pulumi up --yes "$@"

/*
 * ApiVersions (18), versions 0–4.
 *
 * - Lists what this broker serves, and nothing else; derived from the registry.
 * - A version beyond ours is answered in v0 form with UNSUPPORTED_VERSION (see dispatch.ts).
 * - v3: flexible; client software name and version are checked (KIP-511), features are listed (KIP-584).
 *   v4: features whose minimum is 0 may be shown (KIP-1022).
 */

import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import { apiVersionsResponseCodec } from '@sluice/protocol/generated/messages/api-versions-response';
import { type Api, defineApi } from '../define-api.ts';

const SOFTWARE_CHECKED_FROM = 3;
const ZERO_MINIMUM_FROM = 4;
/** The oldest metadata version that Kafka 4.3 takes; other features begin at 0. */
const METADATA_VERSION_MIN = 7;
const SOFTWARE_PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** `apis` is asked at each request: the registry that it lists holds this API too. */
export function apiVersionsApi({ apis, image }: { apis: () => Iterable<Api>; image: ClusterImage }) {
  return defineApi({
    request: apiVersionsRequestCodec,
    response: apiVersionsResponseCodec,
    handle({ clientSoftwareName, clientSoftwareVersion }, { apiVersion }) {
      const isNamed = SOFTWARE_PATTERN.test(clientSoftwareName) && SOFTWARE_PATTERN.test(clientSoftwareVersion);
      if (apiVersion >= SOFTWARE_CHECKED_FROM && !isNamed) return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] };
      const apiKeys = [...apis()]
        .filter(({ isAdvertised }) => isAdvertised)
        .map(({ key, advertisedVersionMin, versionMax }) => ({
          apiKey: key,
          minVersion: advertisedVersionMin,
          maxVersion: versionMax,
        }))
        .sort((a, b) => a.apiKey - b.apiKey);
      return {
        errorCode: ErrorCode.NONE,
        apiKeys,
        supportedFeatures: supportedFeatures(image, apiVersion),
        finalizedFeaturesEpoch: image.revision,
        finalizedFeatures: Array.from(image.features, ([name, level]) => ({
          name,
          minVersionLevel: level,
          maxVersionLevel: level,
        })),
      };
    },
  });
}

/** From the level that Kafka 4.3 begins at to the one that is in use, which is the highest that we know. */
function supportedFeatures(image: ClusterImage, apiVersion: number) {
  return Array.from(image.features, ([name, level]) => ({
    name,
    minVersion: name === 'metadata.version' ? METADATA_VERSION_MIN : 0,
    maxVersion: level,
  })).filter(({ minVersion }) => minVersion > 0 || apiVersion >= ZERO_MINIMUM_FROM);
}

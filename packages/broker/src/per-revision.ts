import type { ClusterImage } from '@sluice/metadata/image/cluster-image';

/** A value of the image that is asked for often and changes with it. */
export function perRevision<T>(image: ClusterImage, read: () => T): () => T {
  let revision: number | undefined;
  let value: T;
  return () => {
    if (revision !== image.revision) {
      revision = image.revision;
      value = read();
    }
    return value;
  };
}

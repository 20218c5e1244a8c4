import type { ClusterImage } from '@sluice/metadata/image/cluster-image';

/** Whether the cluster has share groups: the finalised level of `share.version`. */
export function areShareGroupsEnabled(image: ClusterImage): boolean {
  return (image.features.get('share.version') ?? 0) >= 1;
}

import { type Attack, pick } from '../attack.ts';
import { sendAndExpectClose } from '../blow.ts';

/** `socket.request.max.bytes` by default, and one more. */
const FRAME_SIZE_BYTES_MAX = 104_857_600;
/** None can be a request: too large, negative, or too small for a header. */
const SIZES = [-1, -(2 ** 31), 0, 1, 2, 7, 2 ** 31 - 1, FRAME_SIZE_BYTES_MAX + 1];

/** F21: frames whose size alone says that they are none. Bodies are sent as far as the small ones go. */
export const frameSizes: Attack = {
  name: 'frame-sizes',
  fault: 'F21',
  weight: 2,
  strike(field, random) {
    const size = pick(random, SIZES);
    const frame = Buffer.alloc(4 + Math.min(64, Math.max(0, size)));
    frame.writeInt32BE(size, 0);
    return sendAndExpectClose(field, [frame]);
  },
};

/** What libuv makes where nobody says otherwise. */
const THREADS_DEFAULT = 4;
const THREADS_MAX = 1024;

/** Threads that carry out this process's file operations; libuv makes them at the first one. */
export function threadCount(): number {
  const wanted = Number(process.env.UV_THREADPOOL_SIZE ?? THREADS_DEFAULT);
  return Number.isSafeInteger(wanted) && wanted >= 1 ? Math.min(wanted, THREADS_MAX) : THREADS_DEFAULT;
}

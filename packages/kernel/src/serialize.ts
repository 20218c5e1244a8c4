/** Runs the work of each key one behind the other, in the order of the calls; different keys do not wait for each other. */
export function createSerializer(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const lastByKey = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = lastByKey.get(key);
    const result = before === undefined ? work() : before.then(work, work);
    lastByKey.set(key, result);
    const forget = () => {
      if (lastByKey.get(key) === result) lastByKey.delete(key);
    };
    result.then(forget, forget);
    return result;
  };
}

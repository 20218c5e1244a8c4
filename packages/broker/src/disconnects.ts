/** Tells who keeps something for a connection that it is gone. */
export interface Disconnects {
  follow(gone: (connectionId: string) => void): void;
  tell(connectionId: string): void;
}

export function createDisconnects(): Disconnects {
  const followers: ((connectionId: string) => void)[] = [];
  return {
    follow: (gone) => void followers.push(gone),
    tell(connectionId) {
      for (const gone of followers) gone(connectionId);
    },
  };
}

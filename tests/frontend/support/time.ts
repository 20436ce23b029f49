import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

/** Let everything happen that waits for no clock: answers arrive, and what follows from them. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) {
    await turn();
    jest.advanceTimersByTime(0);
  }
}

/** The same on the clock of the world, for what is not to happen and so cannot be waited for. */
export async function nothingMore(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) {
    await wait(0);
    await turn();
  }
}

/** Let time pass on jest's clock, in steps so small that answers arrive in between. */
export async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    jest.advanceTimersByTime(50);
    await settle();
  }
}

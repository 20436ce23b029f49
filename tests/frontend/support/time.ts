import { setImmediate as turn } from 'node:timers/promises';

/** Let everything happen that waits for no clock: answers arrive, and what follows from them. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) {
    await turn();
    jest.advanceTimersByTime(0);
  }
}

/** Let time pass on jest's clock, in steps so small that answers arrive in between. */
export async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    jest.advanceTimersByTime(50);
    await settle();
  }
}

import { expect, test } from "vitest";
import { SpeechQueue, shorten } from "./speech.ts";

/** A clock that is moved by hand, and what was said when, as "ms region text". */
function surroundings() {
  const said: string[] = [];
  const timers: { at: number; then: () => void }[] = [];
  let time = 0;
  const queue = new SpeechQueue({
    now: () => time,
    after: (ms, then) => void timers.push({ at: time + ms, then }),
    put: (region, text) => void said.push(`${time} ${region} ${text}`),
  });
  const passTo = (ms: number) => {
    for (;;) {
      const next = timers.filter(({ at }) => at <= ms).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      timers.splice(timers.indexOf(next), 1);
      time = Math.max(time, next.at);
      next.then();
    }
    time = ms;
  };
  return { queue, said, passTo };
}

test("a message is said after 200 ms", () => {
  const { queue, said, passTo } = surroundings();
  queue.say("boot", "Paused.");
  passTo(199);
  expect(said).toEqual([]);
  passTo(200);
  expect(said).toEqual(["200 0 Paused."]);
});

test("of ten steps within 200 ms each, only the last is said", () => {
  const { queue, said, passTo } = surroundings();
  for (let i = 0; i < 10; i++) {
    queue.say("boot", `Stepped to ${i}.`);
    passTo((i + 1) * 100);
  }
  passTo(5000);
  expect(said).toEqual(["1100 0 Stepped to 9."]);
});

test("two sources are said one second apart, in different regions", () => {
  const { queue, said, passTo } = surroundings();
  queue.say("boot", "Paused.");
  queue.say("console", "Hello.");
  passTo(5000);
  expect(said).toEqual(["200 0 Paused.", "1200 1 Hello."]);
});

test("the same words twice use two regions", () => {
  const { queue, said, passTo } = surroundings();
  queue.say("boot", "Paused.");
  passTo(3000);
  queue.say("boot", "Paused.");
  passTo(6000);
  expect(said).toEqual(["200 0 Paused.", "3200 1 Paused."]);
});

test("200 characters are cut at a word to at most 120", () => {
  const cut = shorten("word ".repeat(40));
  expect(cut.length).toBeLessThanOrEqual(120);
  expect(cut.endsWith("word…")).toBe(true);
});

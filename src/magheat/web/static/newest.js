/**
 * A question that is asked again and again, as a slider moves: one request at a time is under way, and of those that
 * wait only the newest is kept. Aborting would not help, since the server has begun to compute.
 *
 * @param ask  (question) -> Promise of an answer
 * @param show (answer, question) -> void
 * @param fail (error, question) -> void
 * @returns (question) -> Promise that settles when nothing is left to ask
 */
export function newest(ask, show, fail) {
  let waiting = null;
  let work = null;

  async function drain() {
    while (waiting) {
      const { question } = waiting;
      waiting = null;
      try {
        show(await ask(question), question);
      } catch (error) {
        if (!waiting) fail(error, question);
      }
    }
    work = null;
  }

  return (question) => {
    waiting = { question };
    work ??= drain();
    return work;
  };
}

// News of questions, for who waits for an answer in this process.

import type { Store } from '../../store/index.ts';
import { type News, type NewsSource, watchNews } from '../run/index.ts';
import { questionIndex } from './question-record.ts';
import { OLD_RESPONSE_TOPIC, REQUEST_TOPICS } from './topics.ts';

const QUESTIONS: NewsSource = {
  topics: [...REQUEST_TOPICS, OLD_RESPONSE_TOPIC],
  keyOf: (event) => questionIndex.keyOf(event),
};

/** Follows a question from here: what happens to it after this resolved is news. */
export function watchQuestion(store: Store, id: string): Promise<News> {
  return watchNews(store, QUESTIONS, [id]);
}

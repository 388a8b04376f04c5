// Lines of receipts for people.
import { expect, it } from 'vitest';
import { receiptLine } from './receipt.ts';

it('call a task of a pool and a long-running tool by their names', () => {
  const line = (id: string) =>
    receiptLine({
      bucket: 'pool_pending_tasks',
      id,
      disposition: 'cancelled',
      decided_by: 'policy',
      reason: 'ended',
      seq: 1,
    });
  expect(line('pool_1_task_2345678901')).toMatch(/^pool task 45678901: cancelled/);
  expect(line('hso-0000-2345678901')).toMatch(/^long-running tool 45678901: cancelled/);
});

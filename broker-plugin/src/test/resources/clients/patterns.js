// What Node programs do with amqplib. Exits 0 when all of it works.
'use strict';
const assert = require('assert');
const amqp = require('amqplib');

async function main() {
  const connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${process.argv[2]}?heartbeat=10`);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange('node-hash', 'x-consistent-hash', {durable: false, autoDelete: true});
  const seen = new Map();
  let count = 0;
  let done;
  const all = new Promise(resolve => { done = resolve; });
  await channel.prefetch(20);
  for (let i = 0; i < 3; i++) {
    const {queue} = await channel.assertQueue('', {exclusive: true, arguments: {'x-max-length': 10000}});
    await channel.bindQueue(queue, 'node-hash', String(i + 1));
    await channel.consume(queue, message => {
      const key = message.fields.routingKey;
      assert.strictEqual(seen.get(key) ?? queue, queue, 'one key, two queues');
      seen.set(key, queue);
      assert.deepStrictEqual(message.properties.headers.nested, {list: [1, 'two', true, null], big: 2 ** 40});
      channel.ack(message);
      if (++count === 2000) done();
    });
  }
  for (let i = 0; i < 2000; i++) {
    channel.publish('node-hash', `key-${i % 100}`, Buffer.from(`message ${i}`), {
      headers: {nested: {list: [1, 'two', true, null], big: 2 ** 40}}, timestamp: 1234567, persistent: true,
    });
  }
  await channel.waitForConfirms();
  await all;
  assert.strictEqual(seen.size, 100);
  const returned = new Promise(resolve => channel.once('return', resolve));
  channel.publish('', 'no such queue', Buffer.from('x'), {mandatory: true});
  assert.strictEqual((await returned).fields.replyCode, 312);
  const doomed = await connection.createChannel();
  const closed = new Promise(resolve => doomed.once('error', resolve));
  doomed.checkQueue('no such queue').catch(() => {});
  assert.strictEqual((await closed).code, 404);
  await connection.close();
  console.log('amqplib works');
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});

// Drives the web pages in a real Chromium. Arguments: scenario, address of the pages, folder for screenshots.
// Exits 0 when all of it works.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const {chromium} = require('playwright-core');

const [, , scenario, base, shots] = process.argv;
const CHROMIUM = '/usr/bin/chromium';
const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"&lt;';

/** Asks the broker directly, to prepare and to compare. */
async function api(method, names, body, user = 'guest:guest') {
  const response = await fetch(`${base}api/${names.map(encodeURIComponent).join('/')}`, {
    method,
    headers: {authorization: `Basic ${Buffer.from(user).toString('base64')}`, 'content-type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${names}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function locate(exchange, key) {
  const answer = await fetch(`${base}api/rings/%2F/${exchange}/locate?key=${encodeURIComponent(key)}`, {
    headers: {authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`},
  });
  return answer.json();
}

async function declareRing(exchange, weights) {
  await api('PUT', ['exchanges', '/', exchange], {type: 'x-consistent-hash'});
  for (const [queue, weight] of Object.entries(weights)) {
    await api('PUT', ['queues', '/', queue], {durable: true});
    await api('POST', ['bindings', '/', 'e', exchange, 'q', queue], {routing_key: String(weight)});
  }
}

/** Until a condition holds; an assertion's failure is tried again. */
async function eventually(check) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

/** A browser's window in which nothing may go wrong: errors and requests to other hosts are gathered. */
class Window {
  static async open(browser, {width = 1280, height = 900, colorScheme = 'light'} = {}) {
    const window = new Window();
    window.faults = [];
    window.expected = new Set();
    window.unreachable = false;
    window.context = await browser.newContext({viewport: {width, height}, colorScheme, acceptDownloads: true});
    window.page = await window.context.newPage();
    window.page.setDefaultTimeout(15_000);
    window.page.on('pageerror', error => window.faults.push(`${error.stack}`));
    window.page.on('console', message => {
      const status = /status of (\d+)/.exec(message.text());
      const foreseen =
        (status && window.expected.has(Number(status[1]))) || (window.unreachable && message.text().includes('net::ERR_FAILED'));
      if (['error', 'warning'].includes(message.type()) && !foreseen) {
        window.faults.push(`${message.text()} at ${message.location().url}`);
      }
    });
    window.page.on('request', request => {
      if (!request.url().startsWith(base) && !request.url().startsWith('blob:')) {
        window.faults.push(`asks another host: ${request.url()}`);
      }
    });
    window.page.on('dialog', dialog => {
      window.faults.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    return window;
  }

  async login(user = 'guest', password = 'guest') {
    await this.page.goto(base);
    await this.page.getByLabel('User').fill(user);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', {name: 'Log in'}).click();
  }

  async visit(...names) {
    await this.page.goto(`${base}#/${names.map(encodeURIComponent).join('/')}`);
    await this.page.locator('#content h1').waitFor();
  }

  async close() {
    assert.strictEqual(await this.page.evaluate(() => window.hacked), undefined, 'a name was executed');
    assert.deepStrictEqual(this.faults, []);
    await this.context.close();
  }
}

const part = (page, summary) => page.locator('details', {has: page.locator('summary', {hasText: summary})}).last();

async function unfold(page, summary) {
  await page.locator('summary', {hasText: summary}).click();
  return part(page, summary);
}

const scenarios = {
  async login(browser) {
    const window = await Window.open(browser);
    const {page} = window;
    window.expected.add(401);
    await window.login('guest', 'wrong');
    await page.getByText('Wrong user or password.').waitFor();
    assert.strictEqual(await page.locator('#shell').isVisible(), false);
    assert.strictEqual(await page.evaluate(() => sessionStorage.length), 0, 'a wrong password is kept');

    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await page.getByRole('link', {name: 'Users'}).waitFor();
    await page.reload();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await page.getByRole('button', {name: 'Log out'}).click();
    await page.getByRole('button', {name: 'Log in'}).waitFor();
    assert.strictEqual(await page.evaluate(() => sessionStorage.getItem('jumpmq.credentials')), null);

    await api('PUT', ['users', 'watcher'], {password: 'pässword', tags: 'monitoring'});
    await api('PUT', ['permissions', '/', 'watcher'], {configure: '', write: '', read: '.*'});
    await api('PUT', ['users', 'plain'], {password: 'plain', tags: ''});
    await window.login('plain', 'plain');
    await page.locator('#login-problem', {hasText: 'management tag'}).waitFor();
    await window.login('watcher', 'pässword');
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    assert.strictEqual(await page.getByRole('link', {name: 'Users'}).count(), 0);
    await window.close();
  },

  async ring(browser) {
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();

    await window.visit('exchanges');
    let form = await unfold(page, 'Declare an exchange');
    await form.getByLabel('Name', {exact: true}).fill('orders');
    await form.getByRole('button', {name: 'Declare'}).click();
    await page.getByText('Exchange orders is declared.').waitFor();
    await window.visit('queues');
    form = await unfold(page, 'Declare a queue');
    for (const queue of ['red', 'green', 'blue']) {
      await form.getByLabel('Name', {exact: true}).fill(queue);
      await form.getByRole('button', {name: 'Declare'}).click();
      await page.getByText(`Queue ${queue} is declared.`).waitFor();
    }
    await window.visit('exchanges', '/', 'orders');
    form = await unfold(page, 'Bind something');
    for (const [queue, weight] of [['red', 1], ['green', 2], ['blue', 3]]) {
      await form.getByLabel('Destination', {exact: true}).fill(queue);
      await form.getByLabel('Weight').fill(String(weight));
      await form.getByRole('button', {name: 'Bind'}).click();
      await page.getByText(`${queue} is bound.`).waitFor();
    }

    await page.getByRole('link', {name: 'Its ring'}).click();
    await page.locator('svg.ring').waitFor();
    assert.strictEqual(await page.locator('.sector:not(.plan)').count(), 3);
    assert.match(await page.locator('svg.ring').getAttribute('aria-label'), /red 16\.7 %, green 33\.3 %, blue 50\.0 %/);
    const drawn = () => page.locator('.sector:not(.plan)').evaluateAll(all => all.map(one => one.getAttribute('d')).join());
    const before = await drawn();

    const keys = ['order-42', 'ключ', '', ' ', 'a&b=c#d/e%2F'];
    for (const key of keys.filter(key => key !== '')) {
      const expected = await locate('orders', key);
      await page.getByLabel('Key', {exact: true}).fill(key);
      await page.getByRole('button', {name: 'Locate', exact: true}).first().click();
      await page.locator('.located .hash', {hasText: expected.hash}).waitFor();
      assert.strictEqual(await page.locator('.located .bucket').innerText(), `bucket ${expected.bucket}`);
      assert.strictEqual(await page.locator('.located .destination').innerText(), expected.destination);
    }
    await page.locator('.pointer').waitFor();

    for (const width of [400, 600, 800, 950, 1000, 1210, 1280]) {
      await page.setViewportSize({width, height: 900});
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${wide} pixels wider than ${width}`);
    }

    // Typed and dragged; nothing changes before "Apply".
    await page.getByLabel('Weight of red', {exact: true}).fill('4');
    const slider = page.getByLabel('Weight of blue, by dragging');
    const box = await slider.boundingBox();
    await page.mouse.move(box.x + 8 + (box.width - 16) * 0.3, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 8 + (box.width - 16) * 0.2, box.y + box.height / 2, {steps: 4});
    await page.mouse.up();
    const weight = Number(await page.getByLabel('Weight of blue', {exact: true}).inputValue());
    assert.ok(weight < 3, `dragging left ${weight}`);
    const preview = await api('POST', ['rings', '/', 'orders', 'preview'], {weights: {red: 4, blue: weight}});
    const moved = `${(preview.moved * 100).toFixed(1)} %`;
    await page.locator('.moved b', {hasText: moved}).first().waitFor();
    await page.locator('.flows .band').first().waitFor();
    await page.locator('.sector.plan').first().waitFor();
    assert.strictEqual((await api('GET', ['rings', '/', 'orders'])).epoch, preview.before.epoch, 'a preview changed the ring');
    await page.screenshot({path: path.join(shots, 'ring-preview-1280.png'), fullPage: true});
    await page.getByRole('button', {name: 'Apply'}).click();
    await page.getByText(`Applied: ${moved} of the keys moved`).waitFor();
    const ring = await api('GET', ['rings', '/', 'orders']);
    assert.deepStrictEqual(Object.fromEntries(ring.destinations.map(d => [d.destination, d.weight])), {red: 4, green: 2, blue: weight});
    assert.strictEqual(ring.digest, preview.after.digest);
    await page.locator('.center', {hasText: `epoch ${ring.epoch}`}).waitFor();
    assert.notStrictEqual(await drawn(), before, 'the ring is drawn as before');
    await page.locator('.plan.idle').waitFor();
    await page.getByRole('table', {name: 'Changes of the ring'}).getByText('red: 1 → 4').waitFor();

    // Whose changes they were, and back again.
    const changes = page.getByRole('table', {name: 'Changes of the ring'});
    await changes.locator('tr', {hasText: 'red: 1 → 4'}).getByText('guest', {exact: true}).waitFor();
    await page.getByRole('button', {name: `Revert to before epoch ${ring.epoch}`}).click();
    const question = page.getByRole('dialog');
    await question.getByText(`red: 4 → 1, blue: ${weight} → 3`).waitFor();
    await question.locator('.moved', {hasText: moved}).waitFor();
    await page.screenshot({path: path.join(shots, 'ring-revert-1280.png')});
    await question.getByRole('button', {name: 'Cancel'}).click();
    assert.strictEqual((await api('GET', ['rings', '/', 'orders'])).epoch, ring.epoch, 'reverted without being asked');
    await page.getByRole('button', {name: `Revert to before epoch ${ring.epoch}`}).click();
    await question.getByRole('button', {name: 'Revert'}).click();
    await page.getByText(`Reverted: ${moved} of the keys moved`).waitFor();
    const back = await api('GET', ['rings', '/', 'orders']);
    assert.strictEqual(back.digest, preview.before.digest);
    await page.locator('.center', {hasText: `epoch ${back.epoch}`}).waitFor();
    await api('PUT', ['rings', '/', 'orders', 'weights'], {weights: {red: 4, blue: weight}});
    const forth = await api('GET', ['rings', '/', 'orders']);
    await page.locator('.center', {hasText: `epoch ${forth.epoch}`}).waitFor();

    // What is no weight is never applied, nor anything else instead of it.
    const green = page.getByLabel('Weight of green', {exact: true});
    const apply = page.getByRole('button', {name: 'Apply'});
    await green.fill('7');
    await eventually(async () => assert.ok(await apply.isEnabled()));
    for (const wrong of ['-5', '', '2.5', '10001', '1e2']) {
      await green.fill(wrong);
      await page.locator('tr', {has: green}).getByText('A whole number from 0 to 10,000.').waitFor();
      assert.strictEqual(await green.getAttribute('aria-invalid'), 'true');
      assert.ok(await apply.isDisabled(), `“${wrong}” can be applied`);
      await green.blur();
      await page.waitForResponse(response => response.url().includes('/uniformity'));
      assert.strictEqual(await green.inputValue(), wrong, 'what was typed has been replaced');
      assert.ok(await apply.isDisabled(), `“${wrong}” can be applied after a while`);
    }
    // Nor a change whose preview is not there yet.
    await green.fill('7');
    await eventually(async () => assert.ok(await apply.isEnabled()));
    let answer;
    await page.route('**/preview', route => { answer = () => route.continue(); }, {times: 1});
    await green.fill('5');
    await eventually(() => assert.ok(answer, 'no preview is asked for'));
    assert.ok(await apply.isDisabled(), 'an earlier preview can be applied');
    answer();
    await eventually(async () => assert.ok(await apply.isEnabled()));
    assert.strictEqual(await page.locator('[aria-invalid]').count(), 0);
    await page.getByRole('button', {name: 'Reset'}).click();
    assert.strictEqual(await green.inputValue(), '2');

    // What somebody else does meanwhile is neither undone nor overlooked.
    window.expected.add(412);
    await page.getByLabel('Weight of green', {exact: true}).fill('7');
    await page.locator('.moved').waitFor();
    await page.route('**/weights', async route => {
      await api('PUT', ['rings', '/', 'orders', 'weights'], {weights: {red: 9}});
      await route.continue();
    }, {times: 1});
    await page.getByRole('button', {name: 'Apply'}).click();
    await page.getByText('Somebody else changed this ring').waitFor();
    const theirs = await api('GET', ['rings', '/', 'orders']);
    assert.strictEqual(theirs.destinations.find(d => d.destination === 'green').weight, 2);
    await page.locator('.center', {hasText: `epoch ${theirs.epoch}`}).waitFor();
    const again = await api('POST', ['rings', '/', 'orders', 'preview'], {weights: {green: 7}});
    await page.locator('.moved b', {hasText: `${(again.moved * 100).toFixed(1)} %`}).first().waitFor();
    await page.getByRole('button', {name: 'Apply'}).click();
    await page.getByText(`of the keys moved, epoch ${again.after.epoch}.`).waitFor();
    assert.strictEqual((await api('GET', ['rings', '/', 'orders'])).digest, again.after.digest);

    // Put on, taken off, by others, without a reload.
    await api('PUT', ['queues', '/', 'black'], {});
    await page.getByLabel('Put on the ring').fill('black');
    await page.getByRole('button', {name: 'Add', exact: true}).click();
    await page.getByText('new', {exact: true}).waitFor();
    await page.getByLabel('Weight of blue', {exact: true}).fill('0');
    await page.getByText('leaves', {exact: true}).waitFor();
    await page.getByRole('button', {name: 'Reset'}).click();
    await page.locator('.plan.idle').waitFor();
    assert.strictEqual(await page.getByLabel('Weight of blue', {exact: true}).inputValue(), String(weight));
    await api('DELETE', ['queues', '/', 'blue']);
    await eventually(async () => assert.strictEqual(await page.locator('.sector').count(), 2));
    await window.close();
  },

  async crowded(browser) {
    const names = Array.from({length: 48}, (_, i) => `crowd-${i}`);
    await declareRing('crowd', Object.fromEntries(names.map((name, i) => [name, 1 + (i % 3)])));
    for (const [width, height] of [[1280, 900], [768, 1024], [400, 800]]) {
      const window = await Window.open(browser, {width, height});
      const {page} = window;
      await window.login();
      await page.getByRole('heading', {name: 'Overview'}).waitFor();
      await window.visit('rings', '/', 'crowd');
      await page.locator('.sector').first().waitFor();
      for (const name of [names[0], names[20], names[47]]) {
        const field = page.getByLabel(`Weight of ${name}`, {exact: true});
        await field.evaluate(element => element.scrollIntoView({block: 'nearest'}));
        await field.fill('9');
        await page.locator('.moved').waitFor();
        const apply = page.getByRole('button', {name: 'Apply'});
        await eventually(async () => assert.ok(await apply.isEnabled()));
        // Where nothing is laid over it, too.
        const seen = locator => locator.evaluate(element => {
          const box = element.getBoundingClientRect();
          const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return box.top >= 0 && box.bottom <= innerHeight && (element.contains(at) || at.contains(element));
        });
        for (const part of [field, page.locator('.moved'), apply]) {
          assert.ok(await seen(part), `${width}: not in sight with the weight of ${name}: ${part}`);
        }
        await page.getByRole('button', {name: 'Reset'}).click();
        await page.locator('.plan.idle').waitFor();
      }
      await page.screenshot({path: path.join(shots, `ring-48-${width}.png`)});
      if (width === 1280) {
        for (const theme of ['light', 'dark']) {
          await page.evaluate(name => { document.documentElement.dataset.theme = name; }, theme);
          const colours = await page.locator('.weights .swatch').evaluateAll(all => all.map(one => getComputedStyle(one).color));
          assert.strictEqual(colours.length, 48);
          assert.ok(closest(colours) >= 0.08, `two colours are as close as ${closest(colours)} (${theme})`);
        }
        // A part of the ring tells whose it is.
        await page.locator('.sector').nth(13).hover();
        const named = await page.locator('.center.line-1').innerHTML();
        await page.locator('.weights tr.marked', {hasText: named}).waitFor();
      }
      await window.close();
    }
  },

  async messages(browser) {
    await api('PUT', ['queues', '/', 'letters'], {durable: true});
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('queues', '/', 'letters');
    let form = await unfold(page, 'Publish a message');
    await form.getByLabel('Payload', {exact: true}).fill('Grüße');
    await form.getByRole('button', {name: 'Add a row'}).first().click();
    await form.getByLabel('Headers: name').fill('tenant');
    await form.getByLabel('Headers: value').fill('7');
    await form.getByLabel('Headers: type').selectOption('number');
    // A value without a name, and one of two, are not just left out.
    await form.getByRole('button', {name: 'Add a row'}).first().click();
    await form.getByLabel('Headers: value').last().fill('lost');
    await form.getByRole('button', {name: 'Publish'}).click();
    await page.getByText('“lost” has no name.').waitFor();
    await form.getByLabel('Headers: name').last().fill('tenant');
    await form.getByRole('button', {name: 'Publish'}).click();
    await page.getByText('“tenant” is there twice.').waitFor();
    assert.strictEqual((await api('GET', ['queues', '/', 'letters'])).messages, 0);
    await form.getByRole('button', {name: 'Headers: remove this row'}).last().click();
    await form.getByRole('button', {name: 'Publish'}).click();
    await page.getByText('Published and routed.').waitFor();
    await eventually(async () => assert.strictEqual((await api('GET', ['queues', '/', 'letters'])).messages, 1));
    form = await unfold(page, 'Get messages');
    await form.getByRole('button', {name: 'Get'}).click();
    await page.locator('.message pre', {hasText: /^Grüße$/}).waitFor();
    await page.locator('.message', {hasText: '"tenant":7'}).waitFor();
    await page.locator('.facts div', {hasText: /^Messages1$/}).waitFor();

    // Moved, in their order; what no queue takes stays.
    await api('PUT', ['queues', '/', 'archive'], {durable: true});
    await api('PUT', ['exchanges', '/', 'sorting'], {type: 'direct'});
    await api('POST', ['bindings', '/', 'e', 'sorting', 'q', 'archive'], {routing_key: 'letters'});
    for (const [exchange, key] of [['amq.default', 'letters'], ['amq.fanout', 'stray'], ['amq.default', 'letters']]) {
      await api('POST', ['bindings', '/', 'e', 'amq.fanout', 'q', 'letters'], {routing_key: ''});
      await api('POST', ['exchanges', '/', exchange, 'publish'], {
        routing_key: key, payload: key, payload_encoding: 'string', properties: {},
      });
    }
    form = await unfold(page, 'Move messages');
    await form.getByLabel('To exchange').fill('sorting');
    await form.getByRole('button', {name: 'Move'}).click();
    await page.getByText('2 messages are moved to sorting; the next one stays: no queue takes it from there.').waitFor();
    await form.getByLabel('To exchange').fill('amq.default');
    await form.getByLabel('With routing key').fill('archive');
    await form.getByLabel('Messages').fill('1');
    await form.getByRole('button', {name: 'Move'}).click();
    await page.getByText('1 message is moved to amq.default.').waitFor();
    const count = async queue => (await api('GET', ['queues', '/', queue])).messages;
    await eventually(async () => assert.deepStrictEqual([await count('letters'), await count('archive')], [1, 3]));

    await unfold(page, 'Purge or delete');
    const question = page.getByRole('dialog');
    const ask = async button => {
      await page.getByRole('button', {name: button}).click();
      await question.waitFor();
    };
    await ask('Purge…');
    const purge = question.getByRole('button', {name: 'Purge the queue'});
    assert.ok(await purge.isDisabled());
    await question.getByLabel('Name').fill('letter');
    await page.keyboard.press('Enter');
    assert.ok(await purge.isDisabled());
    assert.strictEqual((await api('GET', ['queues', '/', 'letters'])).messages, 1);
    await question.getByLabel('Name').fill('letters');
    await purge.click();
    await page.getByText('Queue letters is purged.').waitFor();
    await eventually(async () => assert.strictEqual((await api('GET', ['queues', '/', 'letters'])).messages, 0));

    await ask('Delete…');
    await question.getByLabel('Name').fill('letters');
    await question.getByRole('button', {name: 'Cancel'}).click();
    await ask('Delete…');
    await page.keyboard.press('Escape');
    await question.waitFor({state: 'detached'});
    await ask('Delete…');
    await page.goBack();
    await page.goForward();
    await unfold(page, 'Purge or delete');
    await question.waitFor({state: 'detached'});
    assert.strictEqual((await api('GET', ['queues', '/', 'letters'])).name, 'letters');
    await ask('Delete…');
    await question.getByLabel('Name').fill('letters');
    await page.keyboard.press('Enter');
    await page.getByText('Queue letters is deleted.').waitFor();
    const left = await api('GET', ['queues', '/']);
    assert.ok(!left.some(queue => queue.name === 'letters'));
    await window.close();
  },

  async clients(browser) {
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    for (const list of ['connections', 'channels', 'consumers']) {
      await window.visit(list);
      const both = page.getByRole('table').getByText(/^(order-service|billing)$/);
      await eventually(async () => assert.strictEqual(await both.count(), 2, list));
      await page.getByRole('button', {name: 'Client'}).click();
      await eventually(async () => assert.deepStrictEqual(await both.allInnerTexts(), ['billing', 'order-service']));
      await page.getByLabel(/^Filter by/).fill('order-s');
      await eventually(async () => assert.deepStrictEqual(await both.allInnerTexts(), ['order-service']));
      await page.screenshot({path: path.join(shots, `${list}-named-1280.png`)});
    }
    await window.visit('queues', '/', 'shared');
    await page.getByRole('table', {name: 'Consumers'}).getByText('order-service').waitFor();
    await window.visit('connections');
    await page.locator('tr', {hasText: 'order-service'}).getByRole('link').click();
    await page.locator('.facts div', {hasText: /^Clientorder-service$/}).waitFor();
    await page.getByRole('table', {name: 'Channels'}).getByRole('link').click();
    await page.locator('.facts div', {hasText: /^Clientorder-service$/}).waitFor();
    await page.getByRole('table', {name: 'Consumers'}).getByText('shared').waitFor();
    await window.close();
  },

  async alarms(browser) {
    await api('PUT', ['users', 'looker'], {password: 'looker', tags: 'management'});
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    assert.strictEqual(await page.locator('.alarm').count(), 0);
    await api('PUT', ['queues', '/', 'heavy'], {});
    await api('POST', ['exchanges', '/', 'amq.default', 'publish'], {
      routing_key: 'heavy', payload: 'x'.repeat(3 << 20), payload_encoding: 'string', properties: {},
    });
    // On every page, definitions too, which asks for nothing itself.
    for (const name of ['overview', 'rings', 'connections', 'queues', 'exchanges', 'users', 'policies', 'vhosts', 'definitions']) {
      await window.visit(name);
      await page.locator('.alarm', {hasText: /^Memory alarm: publishers wait\. Messages take 3(\.\d)? MiB of memory; the limit is 1 MiB\./}).waitFor();
    }
    await page.locator('.alarm').getByRole('link').click();
    await page.locator('.badge', {hasText: 'memory alarm'}).waitFor();
    await page.getByRole('table', {name: 'Memory by kind'}).getByText('Messages in queues').waitFor();
    await page.locator('.facts div', {hasText: /^Messages, of the watermark3(\.\d)? MiB of 1 MiB$/}).waitFor();
    // Settings and log, which only administrators see.
    const settings = page.getByRole('table', {name: 'Settings'});
    await settings.getByText('(hidden)').waitFor();
    assert.strictEqual(await settings.getByText('heartbeat').count(), 0, 'a setting that nobody has set');
    await page.getByLabel('Only what is set').uncheck();
    await settings.getByText('heartbeat').waitFor();
    await page.getByLabel('Filter by key').fill('default_');
    assert.strictEqual(await settings.getByText('heartbeat').count(), 0, 'what does not fit the filter');
    await page.locator('pre.log', {hasText: /^the first line\n<b>the last<\/b>$/}).waitFor();
    await page.screenshot({path: path.join(shots, 'node-1280.png'), fullPage: true});
    await api('DELETE', ['queues', '/', 'heavy', 'contents']);
    await page.locator('.alarm').waitFor({state: 'detached'});
    await api('POST', ['exchanges', '/', 'amq.default', 'publish'], {
      routing_key: 'heavy', payload: 'x'.repeat(3 << 20), payload_encoding: 'string', properties: {},
    });
    await page.getByRole('button', {name: 'Log out'}).click();
    await window.login('looker', 'looker');
    await page.locator('.alarm', {hasText: 'the limit is 1 MiB'}).waitFor();
    assert.strictEqual(await page.locator('.alarm a').count(), 0, 'a link to a page that is not shown to this user');
    await window.close();
  },

  async columns(browser) {
    for (let i = 0; i < 60; i++) await api('PUT', ['queues', '/', `listed-${i}`], {durable: true});
    for (const queue of ['listed-0', 'listed-0', 'listed-1']) {
      await api('POST', ['exchanges', '/', 'amq.default', 'publish'], {
        routing_key: queue, payload: 'x'.repeat(1024), payload_encoding: 'string', properties: {},
      });
    }
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('queues');
    const table = page.getByRole('table', {name: 'Queues'});
    const heads = () => table.locator('thead th').allInnerTexts();
    const total = () => table.locator('tfoot tr').innerText();
    await eventually(async () => assert.match(await total(), /^This page\s+3\s/));
    await page.getByLabel('Filter by name').fill('listed-1');
    await eventually(async () => assert.match(await total(), /^Total\s+1\s/));
    const usual = await heads();
    assert.ok(usual.includes('Features') && !usual.includes('Bodies'), `${usual}`);
    await page.locator('summary', {hasText: 'Columns'}).click();
    const choices = page.locator('.choices');
    assert.strictEqual(await choices.getByLabel('Name', {exact: true}).count(), 0, 'a list without names');
    await choices.getByLabel('Bodies').check();
    await choices.getByLabel('Features').uncheck();
    await table.getByText('1 KiB').first().waitFor();
    await page.screenshot({path: path.join(shots, 'columns-1280.png')});
    assert.deepStrictEqual(await heads(), [...usual.filter(name => name !== 'Features'), 'Bodies']);
    await page.getByRole('heading', {name: 'Queues'}).click();
    assert.strictEqual(await choices.isVisible(), false, 'the choice goes on covering the list');
    // Kept, here only, and shown where there is little room.
    await page.reload();
    await eventually(async () => assert.ok((await heads()).includes('Bodies')));
    await page.setViewportSize({width: 400, height: 800});
    assert.ok(await table.getByRole('columnheader', {name: 'Bodies'}).isVisible());
    assert.ok(await table.getByRole('columnheader', {name: 'State'}).isVisible(), 'what was chosen is left out');
    await page.setViewportSize({width: 1280, height: 900});
    await window.visit('exchanges');
    await eventually(async () => assert.ok((await page.getByRole('table', {name: 'Exchanges'}).locator('thead th').allInnerTexts()).includes('Features')));
    await window.visit('queues');
    await page.locator('summary', {hasText: 'Columns'}).click();
    await page.getByRole('button', {name: 'As usual'}).click();
    await eventually(async () => assert.deepStrictEqual(await heads(), usual));
    assert.ok(await choices.getByLabel('Features').isChecked());
    await page.keyboard.press('Escape');
    assert.strictEqual(await choices.isVisible(), false);
    for (let i = 0; i < 60; i++) await api('DELETE', ['queues', '/', `listed-${i}`]);
    await window.close();
  },

  async notices(browser) {
    const window = await Window.open(browser);
    const {page} = window;
    await page.clock.install();
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('queues');
    const form = await unfold(page, 'Declare a queue');
    const declare = async (name, durable) => {
      await form.getByLabel('Name', {exact: true}).fill(name);
      await form.getByLabel('Durable').setChecked(durable);
      await form.getByRole('button', {name: 'Declare'}).click();
    };
    const done = page.locator('.notice.done');
    const problem = page.locator('.notice.problem');
    await declare('told', true);
    await done.waitFor();
    await page.clock.runFor(5000);
    assert.strictEqual(await done.count(), 1, 'it has gone before anybody could read it');
    await page.clock.runFor(2000);
    await done.waitFor({state: 'detached'});
    // A problem stays for longer, and while it is pointed at; but not for ever, and not on another page.
    window.expected.add(400);
    await declare('told', false);
    await problem.waitFor();
    await page.clock.runFor(10_000);
    assert.strictEqual(await problem.count(), 1);
    await problem.hover();
    await page.clock.runFor(120_000);
    assert.strictEqual(await problem.count(), 1, 'it has gone while it was read');
    await page.mouse.move(0, 0);
    await page.clock.runFor(31_000);
    await problem.waitFor({state: 'detached'});
    for (let i = 0; i < 5; i++) {
      await declare('told', false);
      await eventually(async () => assert.strictEqual(await problem.count(), Math.min(3, i + 1)));
      await form.getByRole('button', {name: 'Declare'}).isEnabled();
    }
    await page.getByRole('link', {name: 'Overview'}).click();
    await problem.first().waitFor({state: 'detached'});
    await window.close();
  },

  async hostile(browser) {
    await api('PUT', ['vhosts', HOSTILE], {description: HOSTILE});
    await api('PUT', ['users', HOSTILE], {password: 'x', tags: HOSTILE.replaceAll(',', '')});
    await api('PUT', ['permissions', HOSTILE, 'guest'], {configure: '.*', write: '.*', read: '.*'});
    await api('PUT', ['permissions', HOSTILE, HOSTILE], {configure: '.*', write: '.*', read: '.*'});
    await api('PUT', ['queues', HOSTILE, HOSTILE], {durable: true, arguments: {[HOSTILE]: HOSTILE}});
    await api('PUT', ['exchanges', HOSTILE, HOSTILE], {type: 'x-consistent-hash', arguments: {'hash-header': HOSTILE}});
    await api('PUT', ['exchanges', HOSTILE, 'topics'], {type: 'topic'});
    await api('POST', ['bindings', HOSTILE, 'e', HOSTILE, 'q', HOSTILE], {routing_key: '3', arguments: {}});
    await api('POST', ['bindings', HOSTILE, 'e', 'topics', 'q', HOSTILE], {routing_key: HOSTILE, arguments: {[HOSTILE]: HOSTILE}});
    await api('PUT', ['policies', HOSTILE, HOSTILE], {pattern: '<b>.*', 'apply-to': 'queues', definition: {'dead-letter-routing-key': HOSTILE}});
    await api('PUT', ['operator-policies', HOSTILE, HOSTILE], {pattern: '<b>', 'apply-to': 'queues', definition: {expires: 100000}});
    await api('POST', ['definitions', HOSTILE], {queues: [{name: '..', durable: true, auto_delete: false, arguments: {}}]});
    for (let i = 0; i < 100; i++) {
      await api('POST', ['exchanges', HOSTILE, HOSTILE, 'publish'], {
        routing_key: HOSTILE, payload: HOSTILE, payload_encoding: 'string', properties: {type: HOSTILE, headers: {[HOSTILE]: HOSTILE}},
      });
    }
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    const harmless = async (...route) => {
      await window.visit(...route);
      await page.locator('#content').getByText('window.hacked').first().waitFor();
      assert.strictEqual(await page.locator('img[src="x"], #shell script').count(), 0, `${route} became markup`);
    };
    for (const list of ['queues', 'exchanges', 'rings', 'vhosts', 'users', 'policies']) {
      await harmless(list);
    }
    await harmless('exchanges', HOSTILE, HOSTILE);
    assert.strictEqual(await page.locator('#content h1').innerText(), HOSTILE);
    await harmless('exchanges', HOSTILE, 'topics');
    await page.getByRole('table', {name: 'Bindings from here'}).getByText(HOSTILE).first().waitFor();
    await harmless('users', HOSTILE);
    await page.getByRole('table', {name: 'Permissions'}).getByText(HOSTILE).waitFor();
    await harmless('rings', HOSTILE, HOSTILE);
    await page.getByLabel('Key', {exact: true}).fill(HOSTILE);
    await page.getByRole('button', {name: 'Locate', exact: true}).first().click();
    await page.locator('.located .destination', {hasText: HOSTILE}).waitFor();
    await page.getByLabel(`Weight of ${HOSTILE}`, {exact: true}).fill('5');
    await page.locator('.moved').waitFor();
    await harmless('queues', HOSTILE, HOSTILE);
    const form = await unfold(page, 'Get messages');
    await form.getByRole('button', {name: 'Get'}).click();
    assert.strictEqual(await page.locator('.message pre').innerText(), HOSTILE);
    await page.getByLabel('Virtual host', {exact: true}).first().selectOption(HOSTILE);
    await unfold(page, 'Purge or delete');
    await page.getByRole('button', {name: 'Delete…'}).click();
    await page.getByRole('dialog').getByLabel('Name').fill(HOSTILE);
    await page.getByRole('dialog').getByRole('button', {name: 'Delete the queue'}).click();
    await page.getByText(`Queue ${HOSTILE} is deleted.`).waitFor();
    assert.strictEqual(await page.locator('img[src="x"]').count(), 0);

    // What a browser would take for "the folder above" is not asked for at all.
    await window.visit('queues', HOSTILE, '..');
    await page.locator('.banner', {hasText: 'A browser cannot address'}).waitFor();
    await api('DELETE', ['vhosts', HOSTILE]);
    await api('DELETE', ['users', HOSTILE]);
    await window.close();
  },

  async administration(browser) {
    await declareRing('exported', {exported1: 2, exported2: 5});
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('vhosts');
    let form = await unfold(page, 'Add a virtual host');
    await form.getByLabel('Name').fill('stage');
    await form.getByRole('button', {name: 'Add'}).click();
    await page.getByText('Virtual host stage is there.').waitFor();
    await page.locator('#vhost option', {hasText: 'stage'}).waitFor({state: 'attached'});
    await window.visit('users');
    form = await unfold(page, 'Add a user');
    await form.getByLabel('Name').fill('anna');
    await form.getByLabel('Password').fill('secret');
    await form.getByLabel('management', {exact: true}).check();
    await form.getByRole('button', {name: 'Add'}).click();
    await page.getByRole('link', {name: 'anna'}).click();
    form = await unfold(page, 'Set a permission');
    await form.getByLabel('Virtual host').selectOption('stage');
    await form.getByLabel('Configure').fill('^anna');
    await form.getByRole('button', {name: 'Set'}).click();
    await page.getByRole('table', {name: 'Permissions'}).getByText('^anna').waitFor();
    // Tags change, the password stays.
    form = await unfold(page, 'Change tags and password');
    await form.getByLabel('monitoring').check();
    await form.getByRole('button', {name: 'Change'}).click();
    await page.getByText('User anna is changed.').waitFor();
    assert.deepStrictEqual((await api('GET', ['whoami'], undefined, 'anna:secret')).tags.sort(), ['management', 'monitoring']);
    await window.visit('policies');
    form = await unfold(page, 'Add or replace a policy');
    await form.getByLabel('Virtual host').selectOption('/');
    await form.getByLabel('Name', {exact: true}).fill('short');
    await form.getByLabel('Pattern').fill('^short');
    await form.getByRole('button', {name: 'Add a row'}).click();
    await form.getByLabel('Definition: name').fill('max-length');
    await form.getByLabel('Definition: value').fill('10');
    await form.getByRole('button', {name: 'Save'}).click();
    await page.getByText('Policy short is saved.').waitFor();
    assert.deepStrictEqual((await api('GET', ['policies', '/', 'short'])).definition, {'max-length': 10});

    // Edited, with a hint for each key; the operator's is told by its name.
    await api('PUT', ['policies', '/', 'short'], {
      pattern: '^short', 'apply-to': 'queues', priority: 3, definition: {'max-length': 10, overflow: 'reject-publish'},
    });
    await page.getByRole('table', {name: 'Policies', exact: true}).getByText('reject-publish').waitFor();
    await page.getByRole('button', {name: 'Edit short'}).click();
    assert.strictEqual(await form.getByLabel('Name', {exact: true}).inputValue(), 'short');
    assert.strictEqual(await form.getByLabel('Applies to').inputValue(), 'queues');
    assert.strictEqual(await form.getByLabel('Priority').inputValue(), '3');
    assert.deepStrictEqual(
        await form.getByLabel('Definition: value').evaluateAll(all => all.map(one => one.value)), ['10', 'reject-publish']);
    await form.locator('.row small', {hasText: 'The most messages that wait.'}).waitFor();
    await form.locator('.row small', {hasText: 'What a full queue does'}).waitFor();
    await form.getByLabel('Definition: value').first().fill('20');
    await form.getByRole('button', {name: 'Add a row'}).click();
    await form.getByLabel('Definition: name').last().fill('message-ttl');
    await form.locator('.row small', {hasText: 'in milliseconds'}).waitFor();
    assert.strictEqual(await form.getByLabel('Definition: type').last().inputValue(), 'number');
    await form.getByLabel('Definition: value').last().fill('60000');
    await page.screenshot({path: path.join(shots, 'policy-edited-1280.png'), fullPage: true});
    await form.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('table', {name: 'Policies', exact: true}).getByText('"max-length":20').waitFor();
    const edited = await api('GET', ['policies', '/', 'short']);
    assert.deepStrictEqual(edited.definition, {'max-length': 20, 'message-ttl': 60000, overflow: 'reject-publish'});
    assert.strictEqual(edited.priority, 3);
    form = await unfold(page, 'Add or replace an operator policy');
    await form.getByLabel('Name', {exact: true}).fill('tighter');
    await form.getByLabel('Pattern').fill('^short');
    await form.getByRole('button', {name: 'Add a row'}).click();
    await form.getByLabel('Definition: name').fill('max-length');
    await form.getByLabel('Definition: value').fill('5');
    await form.getByRole('button', {name: 'Save'}).click();
    await page.getByText('Policy tighter is saved.').waitFor();
    await api('PUT', ['queues', '/', 'short-1'], {});
    await window.visit('queues', '/', 'short-1');
    await page.locator('.facts div', {hasText: /^Policyshort$/}).waitFor();
    await page.locator('.facts div', {hasText: /^Operator policytighter$/}).waitFor();
    await page.locator('.facts div', {hasText: '"max-length":5'}).waitFor();

    await window.visit('definitions');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', {name: 'Download'}).click(),
    ]);
    const file = path.join(path.dirname(shots), 'definitions.json');
    await download.saveAs(file);
    const definitions = JSON.parse(fs.readFileSync(file));
    assert.ok(definitions.rings.some(ring => ring.exchange === 'exported'));
    const before = await api('GET', ['rings', '/', 'exported']);
    await api('DELETE', ['exchanges', '/', 'exported']);
    await page.getByLabel('File').setInputFiles(file);
    await page.getByRole('button', {name: 'Import…'}).click();
    await page.getByRole('dialog').getByLabel('Name').fill('definitions.json');
    await page.getByRole('dialog').getByRole('button', {name: 'Import'}).click();
    await page.getByText('definitions.json is imported.').waitFor();
    assert.strictEqual((await api('GET', ['rings', '/', 'exported'])).digest, before.digest);
    await window.close();
  },

  async large(browser) {
    const weights = Array.from({length: 400}, (_, i) => [`large-${i}`, 20 + (i % 7)]);
    await api('POST', ['definitions'], {
      exchanges: [{vhost: '/', name: 'large', type: 'x-consistent-hash', durable: true, auto_delete: false, internal: false, arguments: {}}],
      queues: weights.map(([name]) => ({vhost: '/', name, durable: true, auto_delete: false, arguments: {}})),
      bindings: weights.map(([name, weight]) => ({
        vhost: '/', source: 'large', destination: name, destination_type: 'queue', routing_key: String(weight), arguments: {},
      })),
    });
    for (const [remainder, weight] of [[0, 5], [1, 3], [0, 25]]) {
      await api('PUT', ['rings', '/', 'large', 'weights'], {
        weights: Object.fromEntries(weights.filter((_, i) => i % 3 === remainder).map(([name]) => [name, weight])),
      });
    }
    const ring = await api('GET', ['rings', '/', 'large']);
    assert.ok(ring.buckets.length > 720, `only ${ring.buckets.length} runs`);
    const window = await Window.open(browser);
    const {page} = window;
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('rings', '/', 'large');
    await page.locator('.sector').first().waitFor();
    const drawing = await page.locator('.ring').evaluate(figure => figure.outerHTML.length);
    assert.ok(drawing < 250_000, `the drawing has ${drawing} characters`);
    await page.getByText('300 more: filter by name to see them.').waitFor();
    await page.getByLabel('Filter by name').fill('large-39');
    await eventually(async () => assert.strictEqual(await page.locator('.weights tbody tr').count(), 11));
    await window.visit('queues');
    await page.getByText('Page 1 of').waitFor();
    await page.getByRole('button', {name: 'Next'}).click();
    await page.getByText('Page 2 of').waitFor();
    await page.getByLabel('Filter by name').fill('large-39');
    await page.getByText(/^11 of \d+ queues$/).waitFor();
    await page.screenshot({path: path.join(shots, 'queues-filtered-1280.png'), fullPage: true});
    for (const [name] of weights) {
      await api('DELETE', ['queues', '/', name]);
    }
    await api('DELETE', ['exchanges', '/', 'large']);
    await window.close();
  },

  async everywhere(browser) {
    await declareRing('shipments', {'north-1': 2, 'north-2': 2, 'south-1': 3, 'west': 1});
    for (let i = 0; i < 300; i++) {
      await api('POST', ['exchanges', '/', 'shipments', 'publish'], {
        routing_key: i % 9 === 0 ? 'parcel-7' : `parcel-${i}`, payload: 'x', payload_encoding: 'string', properties: {},
      });
    }
    const node = (await api('GET', ['nodes']))[0].name;
    const pages = {
      overview: [], nodes: [], node: ['nodes', node], rings: [], ring: ['rings', '/', 'shipments'], connections: [], channels: [], consumers: [], exchanges: [],
      exchange: ['exchanges', '/', 'shipments'], queues: [], queue: ['queues', '/', 'west'], users: [], user: ['users', 'guest'],
      policies: [], vhosts: [], definitions: [],
    };
    await api('PUT', ['policies', '/', 'a-policy'], {pattern: 'h-1$', 'apply-to': 'queues', definition: {'max-length': 1000}});
    await api('PUT', ['operator-policies', '/', 'of-operators'], {pattern: 'h-1$', 'apply-to': 'queues', definition: {'max-length': 500}});
    for (const [width, colorScheme] of [[1280, 'light'], [1280, 'dark'], [768, 'light'], [400, 'light'], [400, 'dark']]) {
      const window = await Window.open(browser, {width, height: width === 400 ? 800 : 900, colorScheme});
      const {page} = window;
      await page.goto(base);
      await page.screenshot({path: path.join(shots, `login-${width}-${colorScheme}.png`)});
      assert.deepStrictEqual(await page.evaluate(inaccessible), [], 'login');
      await window.login();
      await page.getByRole('heading', {name: 'Overview'}).waitFor();
      for (const [name, route] of Object.entries(pages)) {
        await window.visit(...(route.length === 0 ? [name] : route));
        await page.waitForLoadState('networkidle');
        await page.evaluate(() => document.querySelectorAll('details').forEach(part => { part.open = true; }));
        for (const add of await page.getByRole('button', {name: 'Add a row'}).all()) await add.evaluate(button => button.click());
        if (name === 'ring') {
          await page.getByLabel('Weight of west', {exact: true}).fill('4');
          await page.locator('.moved').waitFor();
        }
        assert.deepStrictEqual(await page.evaluate(inaccessible), [], `${name} at ${width}, ${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} is ${wide} pixels wider than ${width}`);
        if (width === 768) {
          const cut = await page.locator('.scroll').evaluateAll(all => all.filter(one => one.scrollWidth > one.clientWidth)
              .map(one => `${one.ariaLabel}: ${one.scrollWidth} > ${one.clientWidth}`));
          assert.deepStrictEqual(cut, [], `${name}: tables wider than ${width} pixels have room for`);
        }
        await page.evaluate(() => {
          document.querySelectorAll('details').forEach(part => { part.open = false; });
          document.activeElement.blur();
        });
        await page.mouse.move(0, 0);
        await page.screenshot({path: path.join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true});
      }
      await window.close();
    }
  },

  async refresh(browser) {
    await api('PUT', ['queues', '/', 'watched'], {});
    const window = await Window.open(browser);
    const {page} = window;
    await page.clock.install();
    await window.login();
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    await window.visit('queues', '/', 'watched');
    const messages = count => page.locator('.facts div', {hasText: new RegExp(`^Messages${count}$`)}).waitFor();
    const publish = () => api('POST', ['exchanges', '/', 'amq.default', 'publish'], {
      routing_key: 'watched', payload: 'x', payload_encoding: 'string', properties: {},
    });
    await messages(0);
    await publish();
    await eventually(async () => assert.strictEqual((await api('GET', ['queues', '/', 'watched'])).messages, 1));
    await page.clock.runFor(3000);
    await messages(1);

    const hide = hidden => page.evaluate(value => {
      Object.defineProperty(document, 'hidden', {configurable: true, get: () => value});
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    await page.waitForLoadState('networkidle');
    await hide(true);
    let asked = 0;
    page.on('request', () => { asked++; });
    await page.clock.runFor(60_000);
    assert.strictEqual(asked, 0, 'a hidden page goes on asking');
    await publish();
    await hide(false);
    await messages(2);

    // A broker that is gone is told of, and so is its return.
    window.unreachable = true;
    await page.route('**/api/**', route => route.abort());
    await page.clock.runFor(3000);
    const banner = page.getByText('The broker does not answer.');
    await banner.waitFor();
    await page.unroute('**/api/**');
    await page.clock.runFor(3000);
    await banner.waitFor({state: 'detached'});

    // So is what somebody else deleted.
    window.expected.add(404);
    await api('DELETE', ['queues', '/', 'watched']);
    await page.clock.runFor(3000);
    await page.locator('.banner').waitFor();
    await window.close();
  },

  async keyboard(browser) {
    await declareRing('keys', {keys1: 1, keys2: 2});
    const window = await Window.open(browser, {width: 400, height: 800});
    const {page} = window;
    await page.goto(base);
    await page.keyboard.type('guest');
    await page.keyboard.press('Tab');
    await page.keyboard.type('guest');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', {name: 'Overview'}).waitFor();
    const menu = page.getByRole('button', {name: 'Menu'});
    await menu.press('Enter');
    assert.strictEqual(await menu.getAttribute('aria-expanded'), 'true');
    await page.getByRole('link', {name: 'Rings'}).press('Enter');
    await page.getByRole('heading', {name: 'Rings', level: 1}).waitFor();
    assert.strictEqual(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the focus is not on the new page');
    await page.getByRole('link', {name: 'keys', exact: true}).press('Enter');
    const slider = page.getByLabel('Weight of keys1, by dragging');
    await slider.press('ArrowRight');
    await slider.press('ArrowRight');
    await page.locator('.moved').waitFor();
    // A refresh takes neither the focus nor what is being chosen.
    const refreshed = page.waitForResponse(response => response.url().includes('/uniformity'));
    await refreshed;
    await slider.press('ArrowRight');
    assert.strictEqual(await page.getByLabel('Weight of keys1', {exact: true}).inputValue(), '4');
    const moved = (await api('POST', ['rings', '/', 'keys', 'preview'], {weights: {keys1: 4}})).moved;
    await page.getByRole('status').getByText(`This change moves ${(moved * 100).toFixed(1)} % of the keys.`).waitFor({state: 'attached'});
    await page.getByRole('button', {name: 'Apply'}).press('Enter');
    await eventually(async () =>
      assert.strictEqual((await api('GET', ['rings', '/', 'keys'])).destinations[0].weight, 4));
    const theme = page.getByRole('button', {name: /^Theme/});
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await theme.press('Enter');
    await theme.press('Enter');
    assert.strictEqual(await theme.innerText(), 'Theme: dark');
    assert.notStrictEqual(await background(), light);
    await page.reload();
    assert.notStrictEqual(await background(), light);
    await window.close();
  },
};

/** How far the two nearest of these colours are from each other, in OKLab. */
function closest(colours) {
  const all = colours.map(colour => {
    const [r, g, b] = colour.match(/\d+/g).map(value => value / 255)
        .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  });
  let least = Infinity;
  all.forEach((one, i) => all.slice(0, i).forEach(other => {
    least = Math.min(least, Math.hypot(...one.map((value, k) => value - other[k])));
  }));
  return least;
}

/** Runs in the page: what somebody could not use, or not read. */
function inaccessible() {
  const faults = [];
  const seen = element => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const say = (element, what) => faults.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  for (const control of document.querySelectorAll('input, select, textarea')) {
    if (seen(control) && control.labels.length === 0 && !control.getAttribute('aria-label')) say(control, 'no label');
  }
  for (const button of document.querySelectorAll('button, a, summary')) {
    if (seen(button) && button.innerText.trim() === '' && !button.getAttribute('aria-label')) say(button, 'no name');
  }
  for (const image of document.querySelectorAll('img')) {
    if (!image.hasAttribute('alt')) say(image, 'no alternative text');
  }
  for (const drawing of document.querySelectorAll('svg')) {
    if (!drawing.hasAttribute('aria-hidden') && !drawing.getAttribute('aria-label')) say(drawing, 'drawing without a label');
  }
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption || [...table.querySelectorAll('th')].some(head => !head.scope)) say(table, 'table without caption or scopes');
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  for (const [attribute] of [['for'], ['aria-labelledby'], ['aria-describedby'], ['aria-controls'], ['list']]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      if (!document.getElementById(element.getAttribute(attribute))) say(element, `${attribute} names nothing`);
    }
  }
  if ([...document.querySelectorAll('h1')].filter(seen).length !== 1) faults.push('not one h1');
  if ([...document.querySelectorAll('main')].filter(seen).length !== 1) faults.push('not one main');
  if (document.documentElement.lang === '') faults.push('no language');

  const channels = colour => {
    const parts = /^rgba?\(([^)]+)\)$/.exec(colour);
    return parts && parts[1].split(/[ ,/]+/).map(Number);
  };
  const luminance = ([r, g, b]) => [r, g, b].map(value => value / 255)
      .map(value => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour && (colour.length < 4 || colour[3] === 1)) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some(node => node.nodeType === 3 && node.nodeValue.trim() !== '');
    if (!text || !seen(element) || element.disabled || element.tagName === 'OPTION') continue;
    const style = getComputedStyle(element);
    const colour = channels(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
    if (!colour) continue;
    const [light, dark] = [luminance(colour), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) say(element, `contrast ${contrast.toFixed(2)}`);
  }
  return faults;
}

async function main() {
  fs.mkdirSync(shots, {recursive: true});
  const browser = await chromium.launch({executablePath: CHROMIUM, args: ['--no-sandbox']});
  try {
    await scenarios[scenario](browser);
  } finally {
    await browser.close();
  }
  console.log(`${scenario} works`);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});

// Received = printed: every line once and in order per container, whatever happens on the way. Both ways of reading:
// the files of the log drivers, and the API (LOGSVC_READ=api: that alone). LOGSVC_LONG=1 prints 50 containers × 20,000 lines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DockerHost, makeRoot, whyNoDocker } from './docker.mjs';
import { LogServer, pause, Process, tempDir, until } from './support.mjs';

const skip = whyNoDocker() || false;
const long = process.env.LOGSVC_LONG === '1';
const [containers, lines] = long ? [50, 20_000] : [6, 4000];
const rows = []; // fault, printed, received, doubled

const numbers = (n) => Array.from({ length: n }, (_, i) => String(i + 1));

for (const read of process.env.LOGSVC_READ?.split(',') ?? ['auto', 'api']) {
  describe(`read by ${read}`, { skip }, () => {
    let host, server, agent, dir;

    before(async () => {
      const root = tempDir();
      makeRoot(root.path, false);
      host = await DockerHost.start(`delivery-${read}`);
      host.importImage(root.path);
      root.remove();
      server = await LogServer.start('--auth', 'off');
      dir = tempDir();
      agent = new Process(['agent', '--docker', host.url, '--read', read, '--host-label', 'h', '--data-dir', dir.path, '--max-line-size', '4MB',
        '--spool-max', '16MB'], { LOKI_URL: server.url }).start();
    });
    after(async () => {
      await agent?.stop();
      await host?.stop();
      await server?.close();
      dir?.remove();
      for (const row of rows.splice(0)) console.log(`# ${read} · ${row}`);
    });

    /** All lines of a container, in the order of the server. */
    async function received(name) {
      const out = [];
      const seen = new Set();
      let start = `${Date.now() - 3600_000}000000`;
      for (;;) {
        const search = new URLSearchParams({ query: `{container="${name}"}`, start, end: `${Date.now() + 3600_000}000000`, limit: 5000, direction: 'forward' });
        const { data } = await (await fetch(`${server.url}/loki/api/v1/query_range?${search}`)).json();
        const page = data.result.flatMap((s) => s.values);
        page.sort((a, b) => (BigInt(a[0]) < BigInt(b[0]) ? -1 : BigInt(a[0]) > BigInt(b[0]) ? 1 : 0));
        const fresh = page.filter(([ns, line]) => !seen.has(`${ns} ${line}`));
        for (const [ns, line] of fresh) {
          seen.add(`${ns} ${line}`);
          out.push(line);
        }
        if (page.length < 5000 || fresh.length === 0) return out;
        start = page.at(-1)[0];
      }
    }
    async function count(name) {
      const query = `sum(count_over_time({container=~"${name}"}[1h]))`;
      const answer = await (await fetch(`${server.url}/loki/api/v1/query?${new URLSearchParams({ query })}`)).json();
      return Number(answer.data.result[0]?.value[1] ?? 0);
    }
    async function expectLines(fault, name, expected) {
      await until(`${expected.length} lines of ${name}`, async () => (await count(name)) >= expected.length, 180);
      await pause(300);
      const got = await received(name);
      const doubled = (await count(name)) - got.length;
      rows.push(`${fault}: printed ${expected.length}, received ${got.length}, doubled ${doubled}`);
      assert.equal(got.length, expected.length, `${fault}: lines`);
      assert.equal(doubled, 0, `${fault}: doubled`);
      assert.deepEqual(got, expected, fault);
    }

    test(`${containers} containers × ${lines} lines at full speed`, async () => {
      for (let i = 0; i < containers; i++) host.shell(`full-${i}`, `seq 1 ${lines}`);
      for (let i = 0; i < containers; i++) await expectLines('full speed', `full-${i}`, numbers(lines));
    });

    test('containers that live for milliseconds, removed at once', async () => {
      // What is removed before the daemon is asked for it cannot be had through the API: these stay half a second.
      const stay = (removed) => (removed && read === 'api' ? 500_000 : 0);
      for (let i = 0; i < 10; i++) {
        const removed = i % 2 === 1;
        host.shell(`brief-${i}`, `seq 1 50; usleep ${i * 10_000 + stay(removed)}`, ...(removed ? ['--rm'] : []));
      }
      for (let i = 0; i < 10; i++) await expectLines('short-lived', `brief-${i}`, numbers(50));
    });

    test('stopped, started, restarted, renamed', async () => {
      host.shell('again', 'seq 1 100; sleep 1000');
      await until('the first run', async () => (await count('again')) === 100);
      host.docker('restart', '-t', '0', 'again');
      host.docker('stop', '-t', '0', 'again');
      host.docker('start', 'again');
      await expectLines('restart, stop and start', 'again', [...numbers(100), ...numbers(100), ...numbers(100)]);
    });

    test('long lines and pieces of them on both outputs', async () => {
      host.shell('long', `for n in 16383 16384 16385 17408 32768 1048576; do head -c $n /dev/zero | tr '\\0' x; echo; done`);
      await expectLines('17 KiB and 1 MiB lines', 'long', [16383, 16384, 16385, 17408, 32768, 1048576].map((n) => 'x'.repeat(n)));
    });

    test('a TTY', async () => {
      host.shell('tty', `seq 1 2000; head -c 40000 /dev/zero | tr '\\0' y; echo; echo end`, '-t');
      await expectLines('TTY', 'tty', [...numbers(2000), 'y'.repeat(40000), 'end']);
    });

    test('bytes that are no UTF-8', async () => {
      host.shell('bytes', `printf 'a\\377b\\n'; printf '\\355\\225\\234\\n'; printf 'no newline at the end'`);
      await expectLines('non-UTF-8', 'bytes', ['a\uFFFDb', '한', 'no newline at the end']);
    });

    test('the driver `local`', async () => {
      host.shell('local', `seq 1 3000; head -c 17408 /dev/zero | tr '\\0' z; echo; echo end`, '--log-driver', 'local');
      await expectLines('driver local', 'local', [...numbers(3000), 'z'.repeat(17408), 'end']);
    });

    test('a driver that cannot be read holds nothing up', async () => {
      host.shell('silent', 'seq 1 10; sleep 1000', '--log-driver', 'none');
      host.shell('beside', 'seq 1 10');
      await expectLines('driver none beside', 'beside', numbers(10));
    });

    test('files that rotate while they are written', async () => {
      const n = long ? 200_000 : 40_000;
      host.shell('rotated', `seq 1 ${n}; sleep 2`, '--log-opt', 'max-size=1m', '--log-opt', 'max-file=50');
      await expectLines('rotation, max-size 1m', 'rotated', numbers(n));
    });

    test('the agent is killed again and again', async () => {
      host.shell('killed', 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo $i; usleep 1000; done');
      for (let i = 1; i <= 4; i++) {
        await until('some lines', async () => (await count('killed')) > i * 300);
        await agent.stop('SIGKILL');
        agent.start();
      }
      await expectLines('kill -9 of the agent', 'killed', numbers(3000));
    });

    test('the server is away; the spool fills up and waits', async () => {
      host.shell('outage', `i=0; while [ $i -lt 40 ]; do i=$((i+1)); seq $((i*500-499)) $((i*500)); usleep 100000; done`);
      await until('some lines', async () => (await count('outage')) > 500);
      await server.process.stop('SIGKILL');
      // More than the spool takes, and it does not compress. Lines that begin with a blank would be joined.
      const much = long ? 960_000 : 240_000;
      host.shell('much', `head -c ${much * 64} /dev/urandom | od -An -v -tx1 -w64 | tr -d ' '`);
      await pause(long ? 60_000 : 6000);
      await server.restart();
      await expectLines('outage of the server', 'outage', numbers(20_000));
      await until('what the spool had no room for', async () => (await count('much')) >= much, 300);
      await pause(1000);
      assert.equal(await count('much'), much);
      rows.push(`full spool: printed ${much}, received ${await count('much')}, doubled ${Math.max(0, (await count('much')) - much)}`);
    });

    test('the daemon is restarted', async () => {
      host.shell('daemon', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); echo $i; usleep 2000; done');
      await until('some lines', async () => (await count('daemon')) > 500);
      await host.restart();
      host.docker('start', 'daemon');
      const printed = () => host.docker('logs', 'daemon').split('\n').filter(Boolean);
      await until('lines after it', async () => (await count('daemon')) > 2000);
      host.docker('kill', 'daemon');
      await expectLines('restart of dockerd', 'daemon', printed());
    });

    test('what happened to containers is told', async () => {
      host.shell('failing', 'exit 3');
      await until('its end', async () => (await server.lines('{service="docker-events", level="error"} |= "failing"')).length === 1);
    });
  });
}

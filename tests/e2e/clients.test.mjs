// Loggers as applications use them, pushing straight to the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import pino from 'pino';
import winston from 'winston';
import LokiTransport from 'winston-loki';
import { LogServer, until } from './support.mjs';

let server;
let url;
before(async () => {
  server = await LogServer.start('--auth', 'off', '--retention', '0');
  url = `http://127.0.0.1:${server.port}`;
});
after(() => server.close());

/** Entries of a query as {line, labels, metadata}, oldest first. */
async function entries(query) {
  const answer = await fetch(`${url}/loki/api/v1/query_range?direction=forward&query=${encodeURIComponent(query)}`, {
    headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
  });
  assert.equal(answer.status, 200);
  const { data } = await answer.json();
  return data.result.flatMap((s) => s.values.map(([, line, more]) => ({ line, labels: s.stream, metadata: more.structuredMetadata ?? {} })));
}
const arrived = (query, count) => until(`${count} lines of ${query}`, async () => {
  const found = await entries(query);
  return found.length >= count && found;
}, 20);

for (const json of [true, false]) {
  test(`winston with winston-loki, ${json ? 'JSON' : 'protobuf'}`, async () => {
    const app = `winston-${json}`;
    const transport = new LokiTransport({ host: url, labels: { app }, json, batching: false });
    const logger = winston.createLogger({ level: 'debug', transports: [transport] });
    logger.info('seat reserved', { seat: 7, vip: true, user: { id: 'u1' } });
    logger.error('payment failed');
    const found = await arrived(`{app="${app}"}`, 2);
    assert.deepEqual(found.map((e) => [e.labels.level, e.metadata.detected_level]).sort(), [['error', 'error'], ['info', 'info']]);
    assert.ok(found.some((e) => e.line.includes('seat reserved')));
    logger.close();
  });
}

test('pino with pino-loki', async () => {
  const transport = pino.transport({ target: 'pino-loki', options: { host: url, labels: { app: 'pino' }, batching: false } });
  const logger = pino({ level: 'debug' }, transport);
  logger.info({ orderId: 5 }, 'order placed');
  logger.warn('slow');
  const found = await arrived('{app="pino"}', 2);
  assert.ok(found.some((e) => e.line.includes('order placed') && e.line.includes('orderId')));
  assert.deepEqual(found.map((e) => e.metadata.detected_level).sort(), ['info', 'warn']);
  transport.end();
});

for (const [name, Exporter] of [['JSON', JsonExporter], ['protobuf', ProtobufExporter]]) {
  test(`the OpenTelemetry exporter, ${name}`, async () => {
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': `otel-${name}`, 'host.name': 'h1' }),
      processors: [new SimpleLogRecordProcessor({ exporter: new Exporter({ url: `${url}/otlp/v1/logs` }) })],
    });
    provider.getLogger('shop', '1.2').emit({
      severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', body: 'card declined', attributes: { 'order.id': 5, tags: ['a', 'b'] },
    });
    await provider.forceFlush();
    const [entry] = await arrived(`{service_name="otel-${name}"}`, 1);
    assert.equal(entry.line, 'card declined');
    assert.equal(entry.metadata.detected_level, 'error');
    assert.equal(entry.metadata.order_id, '5');
    assert.equal(entry.metadata.tags, '["a","b"]');
    assert.equal(entry.metadata.scope_name, 'shop');
    assert.equal(entry.metadata.host_name, 'h1');
    await provider.shutdown();
  });
}

// What runs in a container: a service that logs through the real winston package.
import winston from 'winston';

const service = process.argv[2];
const logger = winston.createLogger({
  level: 'debug',
  defaultMeta: { service },
  format: winston.format.combine(winston.format.timestamp(), winston.format.errors({ stack: true }), winston.format.json()),
  transports: [new winston.transports.Console({ stderrLevels: ['error'] })],
});

logger.info('Ticketing opened', { event: 'opening' });
logger.info('Seat reserved', { userId: 'user_id_123', seat: 'A1' });
logger.error('Payment failed', { userId: 'user_id_123', error: { name: 'PaymentError', stack: 'PaymentError: declined\n    at pay' } });
logger.debug('done');
setInterval(() => logger.info('heartbeat'), 1000);

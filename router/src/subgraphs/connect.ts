/** Opens sockets for HTTP/2; HTTP/1.1's are undici's to open. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TlsOptions } from './connection-options.js';

/** As undici's. A fetch's own deadline is most often earlier. */
const connectTimeout = 10_000;

/** HTTP/2 without TLS is known beforehand (RFC 9113, 3.3), not negotiated. */
export function connectCleartext(origin: URL): Promise<Socket> {
  const socket = connectTcp({ ...addressOf(origin, 80), noDelay: true });
  return connected(socket, 'connect');
}

/**
 * @param protocols in the order of preference
 * @returns null where the other side chose HTTP/1.1, or chose nothing
 */
export async function connectSecure(
  origin: URL,
  tls: TlsOptions,
  protocols: readonly ('h2' | 'http/1.1')[],
): Promise<TLSSocket | null> {
  const address = addressOf(origin, 443);
  const socket = connectTls({
    ...address,
    ...tls,
    ALPNProtocols: [...protocols],
    // An address may not be a server's name (RFC 6066, 3).
    ...(isIP(address.host) === 0 && { servername: address.host }),
  });
  socket.setNoDelay(true);
  await connected(socket, 'secureConnect');
  if (socket.alpnProtocol === 'h2') return socket;
  socket.destroy();
  return null;
}

function addressOf({ hostname, port }: URL, defaultPort: number): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

function connected<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('the connection was not made in time'), { code: 'ETIMEDOUT' }));
    }, connectTimeout);
    const onClose = () => {
      reject(new Error('the connection was closed before it was made'));
    };
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', reject);
      socket.off('close', onClose);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', onClose);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  });
}

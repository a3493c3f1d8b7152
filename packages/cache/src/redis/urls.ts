/**
 * Where Redis is, from the URLs of a configuration:
 *
 *   redis://[user:password@]host[:port][/database]                 one server; rediss:// by TLS
 *   redis-sentinel://[user:password@]host[:port],host…/name        the master that Sentinels call so; rediss-sentinel://
 *   redis-cluster://[user:password@]host[:port],host…              Redis Cluster; rediss-cluster://
 *
 * Several URLs of one form name more Sentinels or nodes. `?node=host:port` and `?sentinelServiceName=name` are understood too, and
 * `sentinelUsername` and `sentinelPassword` where the Sentinels ask for others than their master.
 */
export type Topology = Single | Sentinel | Cluster;

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

interface Node {
  readonly host: string;
  readonly port: number;
}

interface Single extends Credentials {
  readonly kind: 'single';
  readonly node: Node;
  readonly tls: boolean;
  readonly database: number;
}

interface Sentinel extends Credentials {
  readonly kind: 'sentinel';
  readonly name: string;
  readonly sentinels: readonly Node[];
  readonly sentinelCredentials: Credentials;
  readonly tls: boolean;
}

interface Cluster extends Credentials {
  readonly kind: 'cluster';
  readonly nodes: readonly Node[];
  readonly tls: boolean;
}

const form = /^redis(?<tls>s?)(?:-(?<kind>sentinel|cluster))?:\/\/(?<rest>.*)$/;
const ports = { single: 6379, sentinel: 26379, cluster: 6379 };

/** Throws a sentence, without passwords, where the URLs are none of the forms. */
export function parseRedisUrls(urls: readonly string[]): Topology {
  const parsed = urls.map(parseUrl);
  const [first] = parsed;
  if (first === undefined) throw new Error('expected the URL of a Redis but got none');
  const other = parsed.find(({ kind, tls }) => kind !== first.kind || tls !== first.tls);
  if (other !== undefined)
    throw new Error(`expected Redis URLs of one form but got ${first.scheme}:// and ${other.scheme}://`);
  const nodes = parsed.flatMap((url) => url.nodes);
  const [node] = nodes;
  if (node === undefined) throw new Error(`expected a host in the Redis URL but got ${first.scheme}://`);
  const { kind, tls, credentials, parameters } = first;
  if (kind === 'cluster') return { kind, nodes, tls, ...credentials };
  if (kind === 'sentinel') {
    const name = parameters.get('sentinelServiceName') ?? first.path;
    if (name === '')
      throw new Error(
        `expected the master's name after the hosts, as in ${first.scheme}://host/name, but got none`,
      );
    const own = credentialsOf(parameters.get('sentinelUsername'), parameters.get('sentinelPassword'));
    return { kind, name, sentinels: nodes, sentinelCredentials: own, tls, ...credentials };
  }
  if (nodes.length > 1)
    throw new Error(
      `expected one host in ${first.scheme}:// but got ${nodes.length}; for more: redis-cluster://`,
    );
  if (!/^\d*$/.test(first.path))
    throw new Error(`expected the number of a database after the host but got ${JSON.stringify(first.path)}`);
  return { kind, node, tls, database: Number(first.path), ...credentials };
}

interface ParsedUrl {
  readonly scheme: string;
  readonly kind: Topology['kind'];
  readonly tls: boolean;
  readonly credentials: Credentials;
  readonly nodes: readonly Node[];
  readonly path: string;
  readonly parameters: URLSearchParams;
}

function parseUrl(url: string): ParsedUrl {
  const { tls, kind: named, rest = '' } = form.exec(url)?.groups ?? {};
  if (tls === undefined)
    throw new Error(
      'expected redis://, redis-sentinel:// or redis-cluster:// (by TLS: rediss…) but got ' +
        JSON.stringify(url.split('@').at(-1)),
    );
  const kind = named === 'sentinel' || named === 'cluster' ? named : 'single';
  const [beforeQuery = '', query = ''] = rest.split('?', 2);
  const at = beforeQuery.lastIndexOf('@');
  const [hosts = '', path = ''] = beforeQuery.slice(at + 1).split('/', 2);
  const [username, password] =
    at === -1 ? [] : beforeQuery.slice(0, at).split(':', 2).map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  const places = [...hosts.split(','), ...parameters.getAll('node')].filter((place) => place !== '');
  return {
    scheme: url.slice(0, url.indexOf(':')),
    kind,
    tls: tls === 's',
    credentials: credentialsOf(username, password),
    nodes: places.map((place) => parseNode(place, ports[kind])),
    path: decodeURIComponent(path),
    parameters,
  };
}

/** `host`, `host:port`, `[::1]:port`. */
function parseNode(place: string, standardPort: number): Node {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(place) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    throw new Error(`expected host:port in the Redis URL but got ${JSON.stringify(place)}`);
  return { host, port: port === undefined ? standardPort : Number(port) };
}

function credentialsOf(
  username: string | null | undefined,
  password: string | null | undefined,
): Credentials {
  return {
    ...(username == null || username === '' ? {} : { username }),
    ...(password == null || password === '' ? {} : { password }),
  };
}

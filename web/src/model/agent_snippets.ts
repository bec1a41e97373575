// How an agent is started on a server, with the address of this one filled in. The image and the binary are in no
// registry and no package: they are built in a checkout of logsvc, and what is named here is in it (a test looks).

export interface Snippet {
  name: 'compose' | 'docker' | 'systemd';
  text: string;
}

/** Stands for the address of this server where the page does not know one that others can use. */
export const unknownHost = 'MONITORING_HOST';

/** Whether a name means the machine that it is used on. */
const isLoopback = (host: string) => /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);

/** Stands for a token that somebody else has to make. */
export const unknownToken = 'TOKEN';

/** LOKI_URL for this server. host: as the page was opened; port: the API's; token: empty, where none is asked for. */
export function pushUrl(host: string, port: string, token: string): string {
  const name = isLoopback(host) ? unknownHost : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `http://${token ? `agent:${token}@` : ''}${name}:${port}/loki/api/v1/push`;
}

export function agentSnippets(url: string): Snippet[] {
  return [
    { name: 'compose', text: compose(url) },
    { name: 'docker', text: docker(url) },
    { name: 'systemd', text: systemd(url) },
  ];
}

const compose = (url: string) =>
  [
    `echo "LOKI_URL=${url}" >> monitoring/.env`,
    'echo "LOGSVC_HOST=$(hostname)" >> monitoring/.env',
    'docker compose -f monitoring/docker-compose.agent.yml up -d --build',
  ].join('\n');

const docker = (url: string) =>
  [
    'docker build -f monitoring/Dockerfile -t logsvc .',
    'docker run -d --name logsvc-agent --restart unless-stopped --user root \\',
    '  -v /var/run/docker.sock:/var/run/docker.sock -v logsvc-agent:/var/lib/logsvc-agent \\',
    '  --label logsvc.enable=false \\',
    `  -e LOKI_URL=${url} \\`,
    '  -e LOGSVC_HOST=$(hostname) -e LOGSVC_DATA_DIR=/var/lib/logsvc-agent \\',
    '  logsvc agent',
  ].join('\n');

const systemd = (url: string) =>
  [
    'scripts/install_deps && scripts/build_web',
    'cmake --preset release -DLOGSVC_TESTS=OFF && cmake --build --preset release --target logsvc',
    'sudo install build/release/logsvc /usr/bin/logsvc',
    "sudo tee /etc/systemd/system/logsvc-agent.service <<'END'",
    '[Unit]',
    'Description=logsvc agent',
    'Wants=network-online.target',
    'After=network-online.target docker.service',
    '',
    '[Service]',
    `Environment=LOKI_URL=${url}`,
    'Environment=LOGSVC_HOST=%H',
    'Environment=LOGSVC_DATA_DIR=/var/lib/logsvc-agent',
    'StateDirectory=logsvc-agent',
    'ExecStart=/usr/bin/logsvc agent',
    'Restart=always',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    'END',
    'sudo systemctl daemon-reload && sudo systemctl enable --now logsvc-agent',
  ].join('\n');

/** The port of an address such as 0.0.0.0:3100 or [::]:3100. */
export function portOf(listen: string | undefined): string {
  return /:(\d+)$/.exec(listen?.trim() ?? '')?.[1] ?? '3100';
}

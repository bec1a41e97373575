// How an agent is started, with the address of this server filled in.

export interface Snippet {
  name: 'docker' | 'compose' | 'systemd';
  text: string;
}

/** host: how other machines reach this one; port: the API's. */
export function agentSnippets(host: string, port: string): Snippet[] {
  const url = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}/loki/api/v1/push`;
  return [
    {
      name: 'docker',
      text: [
        'docker run -d --name logsvc-agent --restart unless-stopped --user root \\',
        '  -v /var/run/docker.sock:/var/run/docker.sock -v logsvc-agent:/var/lib/logsvc-agent \\',
        '  --label logsvc.enable=false \\',
        `  -e LOKI_URL=${url} \\`,
        '  -e LOGSVC_HOST=$(hostname) -e LOGSVC_DATA_DIR=/var/lib/logsvc-agent \\',
        '  logsvc agent',
      ].join('\n'),
    },
    {
      name: 'compose',
      text: [
        'services:',
        '  logsvc-agent:',
        '    image: logsvc',
        '    command: ["agent"]',
        '    user: root',
        '    environment:',
        `      LOKI_URL: ${url}`,
        '      LOGSVC_HOST: ${HOSTNAME}',
        '      LOGSVC_DATA_DIR: /var/lib/logsvc-agent',
        '    volumes:',
        '      - /var/run/docker.sock:/var/run/docker.sock',
        '      - logsvc-agent:/var/lib/logsvc-agent',
        '    restart: unless-stopped',
        '    labels: { logsvc.enable: "false" }',
        'volumes:',
        '  logsvc-agent:',
      ].join('\n'),
    },
    {
      name: 'systemd',
      text: [
        '[Unit]',
        'Description=logsvc agent',
        'After=docker.service',
        '',
        '[Service]',
        `Environment=LOKI_URL=${url}`,
        'Environment=LOGSVC_HOST=%H',
        'Environment=LOGSVC_DATA_DIR=/var/lib/logsvc-agent',
        'StateDirectory=logsvc-agent',
        'SupplementaryGroups=docker',
        'ExecStart=/usr/bin/logsvc agent',
        'Restart=always',
        '',
        '[Install]',
        'WantedBy=multi-user.target',
      ].join('\n'),
    },
  ];
}

/** The port of an address such as 0.0.0.0:3100 or [::]:3100. */
export function portOf(listen: string | undefined): string {
  return /:(\d+)$/.exec(listen?.trim() ?? '')?.[1] ?? '3100';
}

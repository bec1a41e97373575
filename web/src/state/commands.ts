// Everything that Ctrl+K can do: pages, services, saved views, openings, looks.

import { dateTime, ownZone, type Zone } from '../base/time';
import type { Command } from '../model/palette';
import { quote } from '../model/query';
import { openings } from './openings.svelte';
import { pulse } from './pulse.svelte';
import { exploreUrl, pages, route } from './route.svelte';
import { savedViews } from './saved_views.svelte';
import { saveSettings, settings, shownTheme, t } from './settings.svelte';

const pageKeys = {
  overview: 'g o',
  explore: 'g e',
  journey: 'g j',
  opening: 'g p',
  services: 'g s',
  alerts: 'g a',
  settings: 'g ,',
};

/** The browser's own zone may be one of the other two. */
const zones: Zone[] =
  ownZone === 'UTC' || ownZone === 'Asia/Seoul' ? ['Asia/Seoul', 'UTC'] : ['local', 'Asia/Seoul', 'UTC'];
export function switchZone(): void {
  settings.zone = zones[(zones.indexOf(settings.zone) + 1) % zones.length]!;
  saveSettings();
}
export function switchLanguage(): void {
  settings.language = settings.language === 'ko' ? 'en' : 'ko';
  saveSettings();
}
export function switchTheme(): void {
  settings.theme = shownTheme() === 'dark' ? 'light' : 'dark';
  saveSettings();
}
function switchDensity(): void {
  settings.density = ({ compact: 'normal', normal: 'roomy', roomy: 'compact' } as const)[settings.density];
  saveSettings();
}

export function commands(help: () => void): Command[] {
  const go = (path: string) => () => route.go(path);
  return [
    ...pages.map((page) => ({ title: t(page), hint: pageKeys[page], run: go(`/${page}`) })),
    ...pulse.services.map((s) => ({
      title: s.name,
      hint: t('live'),
      run: go(exploreUrl(`{${pulse.labelOf(s.name)}=${quote(s.name)}}`, { live: '1' })),
    })),
    ...savedViews.list.map((v) => ({ title: v.name, hint: t('savedViews'), run: go(`/explore${v.search}`) })),
    ...openings.list.map((o) => ({
      title: `${o.name || t('opening')} ${dateTime(o.atMs, settings.zone).slice(5, 16)}`,
      hint: t('openings'),
      run: go(`/opening?at=${o.atMs}`),
    })),
    { title: t('wallScreen'), hint: t('overview'), run: go('/overview?wall=1') },
    {
      title: `${t('theme')}: ${t(shownTheme() === 'dark' ? 'themeLight' : 'themeDark')}`,
      hint: t('settings'),
      run: switchTheme,
    },
    {
      title: `${t('language')}: ${settings.language === 'ko' ? 'English' : '한국어'}`,
      hint: t('settings'),
      run: switchLanguage,
    },
    { title: t('zone'), hint: t('settings'), run: switchZone },
    { title: t('density'), hint: t('settings'), run: switchDensity },
    { title: t('keysHelp'), hint: '?', run: help },
  ];
}

/** What can be done with words that name nothing. */
export function commandsFor(words: string): Command[] {
  if (words.trim() === '') return [];
  return [
    {
      title: t('searchFor', { words: words.trim() }),
      hint: t('explore'),
      run: () => route.go(exploreUrl(words.trim())),
    },
    {
      title: t('followWords', { words: words.trim() }),
      hint: t('journey'),
      run: () => route.go(`/journey?${new URLSearchParams({ value: words.trim() })}`),
    },
  ];
}

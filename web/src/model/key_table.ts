// What `?` and Settings list.

import type { Key } from '../i18n/catalogue';

export const keyTable: { title: Key; keys: [string, Key][] }[] = [
  {
    title: 'keysPages',
    keys: [
      ['g o', 'overview'],
      ['g e', 'explore'],
      ['g j', 'journey'],
      ['g p', 'opening'],
      ['g s', 'services'],
      ['g a', 'alerts'],
      ['g ,', 'settings'],
      ['?', 'keysHelp'],
      ['Ctrl K', 'palette'],
    ],
  },
  {
    title: 'keysExplore',
    keys: [
      ['/', 'keySlash'],
      ['Space', 'keySpace'],
      ['t', 'keyRange'],
      ['[ ]', 'keyPanels'],
      ['← → Enter', 'keyBars'],
      ['Ctrl ↑ ↓', 'keyHistory'],
    ],
  },
  {
    title: 'journey',
    keys: [
      ['↑ ↓', 'keyEvent'],
      ['← →', 'keyLane'],
      ['e', 'keyNextError'],
      ['/', 'keySlash'],
    ],
  },
  {
    title: 'keysList',
    keys: [
      ['j k', 'keyJK'],
      ['Enter', 'keyEnter'],
      ['g g', 'keyTop'],
      ['G End', 'keyEnd'],
      ['e E', 'keyErrors'],
      ['w W', 'keyWarnings'],
      ['n N', 'keyHits'],
      ['+ −', 'keyFilter'],
      ['x', 'columns'],
      ['Ctrl L', 'keyCut'],
      ['Ctrl click', 'keyUrl'],
      ['z', 'keyWrap'],
      ['p', 'keyPretty'],
      ['r', 'keyRaw'],
      ['o', 'keyOrder'],
      ['c', 'keyContext'],
      ['u', 'keyJourney'],
      ['m', 'keyMark'],
      ['y', 'keyCopy'],
      ['Y', 'keyLink'],
      ['Esc', 'keyEsc'],
    ],
  },
];

// The query editor: CodeMirror with LogQL's grammar. In a chunk of its own, loaded after the first paint.

import {
  autocompletion,
  closeBrackets,
  completionKeymap,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, LanguageSupport, LRLanguage, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { parser } from '@grafana/lezer-logql';
import { tags } from '@lezer/highlight';
import { filters, functions, stages, wantedAt } from '../model/completion';
import { isPlainText } from '../model/query';

export interface EditorOptions {
  text: string;
  label: string;
  placeholder: string;
  onChange(text: string): void;
  onRun(): void;
  /** -1: an earlier query, 1: a later one; the text to show, or null. */
  onHistory(direction: 1 | -1, text: string): string | null;
  labels(): Promise<string[]>;
  values(label: string): Promise<string[]>;
}

export interface Editor {
  setText(text: string): void;
  setTexts(label: string, placeholder: string): void;
  focus(): void;
  destroy(): void;
}

const highlight = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.keyword, tags.function(tags.variableName), tags.operatorKeyword], color: 'var(--accent)' },
  { tag: [tags.labelName, tags.propertyName, tags.variableName], color: 'var(--fatal)' },
  { tag: [tags.number, tags.literal], color: 'var(--warn)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--dim)' },
]);

const look = EditorView.theme({
  '&': {
    border: '1px solid var(--line)',
    borderRadius: '4px',
    background: 'var(--back)',
    color: 'var(--text)',
    fontSize: '12.5px',
    maxHeight: '120px',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-content': { padding: '3px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-placeholder': { color: 'var(--dim)' },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '4px',
    background: 'var(--back)',
    color: 'var(--text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--select)', color: 'var(--text)' },
  '&.plain .cm-line *': { color: 'inherit' },
});

async function complete(context: CompletionContext, options: EditorOptions): Promise<CompletionResult | null> {
  const before = context.state.sliceDoc(0, context.pos);
  const wanted = wantedAt(before);
  if (!wanted) return null;
  if (wanted.kind === 'start') {
    if (!context.explicit && before.length - wanted.from < 2) return null;
    return {
      from: wanted.from,
      options: functions.map((name) => ({ label: name, type: 'function', apply: `${name}(` })),
      validFor: /^\w*$/,
    };
  }
  if (wanted.kind === 'stage') {
    const found: Completion[] = stages.map((name) => ({ label: name, type: 'keyword' }));
    if (before.endsWith('|'))
      found.push(
        ...filters
          .filter((f) => f.startsWith('|'))
          .map((f) => ({ label: f, type: 'operator', apply: f.slice(1) + ' ""' })),
      );
    return { from: wanted.from, options: found, validFor: /^\w*$/ };
  }
  try {
    if (wanted.kind === 'label') {
      const names = await options.labels();
      return {
        from: wanted.from,
        options: names.map((name) => ({ label: name, type: 'property', apply: `${name}=` })),
        validFor: /^\w*$/,
      };
    }
    const values = await options.values(wanted.label);
    const close = context.state.sliceDoc(context.pos, context.pos + 1) === '"' ? '' : '"';
    const apply = (value: string) => {
      const text = JSON.stringify(value);
      return wanted.quoted ? text.slice(1, -1) + close : text;
    };
    return {
      from: wanted.from,
      options: values.map((value) => ({ label: value, type: 'text', apply: apply(value) })),
      validFor: /^[^"`]*$/,
    };
  } catch {
    return null;
  }
}

export function createEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const texts = new Compartment();
  const show = (label: string, hint: string) => [
    placeholder(hint),
    EditorView.contentAttributes.of({
      'aria-label': label,
      spellcheck: 'false',
      autocapitalize: 'off',
      'aria-multiline': 'true',
    }),
  ];
  const replace = (text: string) =>
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: text },
      selection: { anchor: text.length },
    });
  const earlier = (direction: 1 | -1) => () => {
    const text = options.onHistory(direction, view.state.doc.toString());
    if (text !== null) replace(text);
    return true;
  };
  const run = () => {
    options.onRun();
    return true;
  };
  // In a shadow root the editor's styles are sheets of objects: a strict policy allows no <style>.
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open', delegatesFocus: true });
  const view: EditorView = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        texts.of(show(options.label, options.placeholder)),
        history(),
        new LanguageSupport(LRLanguage.define({ parser })),
        syntaxHighlighting(highlight),
        look,
        closeBrackets(),
        autocompletion({
          override: [(context) => complete(context, options)],
          icons: false,
          activateOnTypingDelay: 80,
        }),
        EditorView.lineWrapping,
        // Enter takes a completion while one is offered, and runs otherwise.
        keymap.of(completionKeymap),
        Prec.low(
          keymap.of([
            { key: 'Enter', run },
            { key: 'Mod-Enter', run },
            { key: 'Mod-ArrowUp', run: earlier(-1) },
            { key: 'Mod-ArrowDown', run: earlier(1) },
            { key: 'Escape', run: (v) => (v.contentDOM.blur(), true) },
          ]),
        ),
        Prec.lowest(keymap.of([...historyKeymap, ...defaultKeymap])),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          const text = update.state.doc.toString();
          view.dom.classList.toggle('plain', isPlainText(text));
          options.onChange(text);
        }),
      ],
    }),
  });
  view.dom.classList.toggle('plain', isPlainText(options.text));
  return {
    setText: (text) => text !== view.state.doc.toString() && replace(text),
    setTexts: (label, hint) => view.dispatch({ effects: texts.reconfigure(show(label, hint)) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

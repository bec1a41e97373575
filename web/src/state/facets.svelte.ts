// Values of labels and fields with their counts in the whole range, counted by the server.

import { detectedFields, labelNames, queryInstant, type Range } from '../api/client';
import { splitQuery, toLogQL, withLabel, withoutParsed } from '../model/query';
import { errorText } from './rights';

export interface FacetValue {
  value: string;
  count: number;
}
export interface Facet {
  name: string;
  /** Of each line, not of its stream: a condition on it is a stage. */
  ofLines?: boolean;
  values: FacetValue[];
}
export interface FieldFacet {
  name: string;
  /** Different values that the server saw in its sample. */
  cardinality: number;
  parser: string;
  /** null: not opened yet. */
  values: FacetValue[] | null;
  failed: string;
}

const facetFirst = ['service', 'service_name', 'level', 'host', 'container', 'stream', 'job'];
const levelPlace = facetFirst.indexOf('level');
const maxLabels = 10;
const maxFieldValues = 30;

export class FacetState {
  labels = $state.raw<Facet[]>([]);
  fields = $state.raw<FieldFacet[]>([]);
  /** Nothing was ever stored. */
  nothingStored = $state(false);
  loading = $state(false);

  async load(query: string, range: Range, signal: AbortSignal): Promise<void> {
    this.loading = true;
    try {
      await this.count(query, range, signal);
    } finally {
      this.loading = false;
    }
  }

  private async count(query: string, range: Range, signal: AbortSignal): Promise<void> {
    const names = await labelNames(range, signal);
    this.nothingStored = names.length === 0 && (await labelNames({ fromMs: 0, toMs: range.toMs }, signal)).length === 0;
    const useful = names.filter((n) => !(n === 'service_name' && names.includes('service')));
    const ordered = [...facetFirst.filter((n) => useful.includes(n)), ...useful.filter((n) => !facetFirst.includes(n))];
    const split = splitQuery(toLogQL(query));
    const [detected, ...facets] = await Promise.all([
      this.countDetected(query, names.includes('level'), range, signal),
      ...ordered.slice(0, maxLabels).map(async (name): Promise<Facet> => {
        // Counts of all values, whatever of this label the query already picked.
        const matchers = split?.matchers.filter((m) => m.name !== name) ?? [];
        const inside = [...matchers, { name, op: '=~' as const, value: '.+' }]
          .map((m) => `${m.name}${m.op}${JSON.stringify(m.value)}`)
          .join(', ');
        return { name, values: await counts(name, `{${inside}}${split?.rest ?? ''}`, range, signal) };
      }),
    ]);
    const found = facets.filter((f) => f.values.length > 0);
    const place = facetFirst.filter((name, i) => i <= levelPlace && found.some((f) => f.name === name)).length;
    found.splice(place, 0, ...[detected].filter((f) => f.values.length > 0));
    this.labels = found;
  }

  /** Of streams that have no level of their own. */
  private async countDetected(query: string, some: boolean, range: Range, signal: AbortSignal): Promise<Facet> {
    const name = 'detected_level';
    const whole = withoutParsed(toLogQL(query), name);
    const lines = some ? withLabel(whole, 'level', false) : whole;
    return { name, ofLines: true, values: lines === null ? [] : await counts(name, lines, range, signal) };
  }

  async loadFields(query: string, range: Range, signal: AbortSignal): Promise<void> {
    const held = new Map(this.fields.map((f) => [f.name, f]));
    const found = await detectedFields(toLogQL(query), range, signal);
    const taken = new Set(this.labels.map((f) => f.name));
    this.fields = found
      .filter(
        (f) => !taken.has(f.label) && !taken.has(f.label.replace(/_extracted$/, '')) && f.label !== 'detected_level',
      )
      .map((f) => ({
        name: f.label,
        cardinality: f.cardinality,
        parser: f.parser,
        values: held.get(f.label)?.values ?? null,
        failed: '',
      }));
  }

  /** Counts the values of a field when somebody opens it. */
  async openField(name: string, query: string, range: Range, signal: AbortSignal): Promise<void> {
    const change = (part: Partial<FieldFacet>) =>
      (this.fields = this.fields.map((f) => (f.name === name ? { ...f, ...part } : f)));
    const field = this.fields.find((f) => f.name === name);
    try {
      const parsed = `${toLogQL(query)}${field?.parser ? ` | ${field.parser}` : ''} | __error__=""`;
      const values = await counts(name, `${parsed} | ${name}!=""`, range, signal);
      change({ values: values.slice(0, maxFieldValues), failed: '' });
    } catch (error) {
      if (!signal.aborted) change({ values: [], failed: errorText(error) });
    }
  }
}

async function counts(name: string, query: string, range: Range, signal: AbortSignal): Promise<FacetValue[]> {
  const span = Math.max(1, Math.ceil((range.toMs - range.fromMs) / 1000));
  const answer = await queryInstant(
    `topk(100, sum by (${name}) (count_over_time(${query} [${span}s])))`,
    range.toMs,
    signal,
  );
  const values = answer.series.map((s) => ({ value: s.labels[name] ?? '', count: s.samples[0]?.value ?? 0 }));
  return values.filter((v) => v.value !== '').sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}

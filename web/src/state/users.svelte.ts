// Users and tokens as the Settings page shows and changes them: what was done is followed by what there is then.

import * as api from '../api/users';
import { ApiError } from '../api/types';
import { errorText } from './rights';
import { t } from './settings.svelte';

/** A list of the server's, and the last thing that went wrong with it. */
export class Kept<Item> {
  list = $state.raw<Item[]>([]);
  ready = $state(false);
  error = $state('');

  constructor(private readonly ask: () => Promise<Item[]>) {}

  async load(): Promise<void> {
    try {
      this.list = await this.ask();
      this.ready = true;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  /** The server need not be asked to refuse it. */
  protected refuse(why: string): undefined {
    this.error = why;
  }

  /** What the server answers; undefined: it refused, and error says why. conflict: what a 409 means here. */
  async change<Answer>(act: () => Promise<Answer>, conflict = ''): Promise<Answer | undefined> {
    let answer: Answer;
    try {
      answer = await act();
      this.error = '';
    } catch (error) {
      this.error = conflict && error instanceof ApiError && error.status === 409 ? conflict : errorText(error);
      return undefined;
    }
    await this.load();
    return answer;
  }
}

export class UsersState extends Kept<api.User> {
  constructor() {
    super(api.users);
  }
  async add(user: api.NewUser): Promise<string | undefined> {
    const taken = t('userExists', { name: user.name });
    if (this.list.some((one) => one.name === user.name)) return this.refuse(taken);
    return this.change(() => api.addUser(user), taken);
  }
  async set(name: string, change: { role: string; scope: string }): Promise<boolean> {
    if (change.role !== 'admin' && this.isLastAdmin(name)) return this.refuse(t('lastAdmin')) ?? false;
    return (await this.change(async () => (await api.changeUser(name, change), true), t('lastAdmin'))) ?? false;
  }
  reset(name: string): Promise<string | undefined> {
    return this.change(() => api.resetPassword(name));
  }
  async remove(name: string): Promise<void> {
    if (this.isLastAdmin(name)) return void this.refuse(t('lastAdmin'));
    await this.change(() => api.removeUser(name), t('lastAdmin'));
  }
  async logOut(name: string): Promise<void> {
    await this.change(() => api.logOutUser(name));
  }
  private isLastAdmin(name: string): boolean {
    const admins = this.list.filter((one) => one.role === 'admin');
    return admins.length === 1 && admins[0]!.name === name;
  }
}

export class TokensState extends Kept<api.Token> {
  constructor() {
    super(api.tokens);
  }
  add(token: api.NewToken): Promise<string | undefined> {
    return this.change(() => api.addToken(token));
  }
  async revoke(id: string): Promise<void> {
    await this.change(() => api.revokeToken(id));
  }
}

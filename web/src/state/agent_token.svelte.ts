// A token that servers send their lines with, made by an admin who adds one. It is known only until the page is left.

import { addToken } from '../api/users';
import { errorText } from './rights';
import { session } from './session.svelte';

class AgentToken {
  /** Empty: none was made here. */
  value = $state('');
  error = $state('');
  private busy = false;

  async make(): Promise<void> {
    if (this.busy || this.value || !session.may('admin')) return;
    this.busy = true;
    try {
      this.value = await addToken({ name: nameOf(new Date()), role: 'push', scope: '', expires: '' });
      this.error = '';
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }
}

/** "agents-20260914-0312": names are told apart in the list. */
function nameOf(now: Date): string {
  return `agents-${now.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`;
}

export const agentToken = new AgentToken();

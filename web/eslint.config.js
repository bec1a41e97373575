// What the types do not see. Formatting is prettier's.
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'node_modules'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // The page's addresses are its own: there is no SvelteKit to resolve them.
      'svelte/no-navigation-without-resolve': 'off',
      // Sets and maps here are made anew and put into raw state as a whole.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
);

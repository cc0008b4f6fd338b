// <syllabus-search>: a search box for any page.
//
//   <script type="module" src="https://search.example.org/box.js"></script>
//   <syllabus-search src="https://search.example.org">
//     <form action="https://search.example.org/search"><input name="q"> <button>Search</button></form>
//   </syllabus-search>
//
// The form is for people without this script. Its hidden inputs become parameters of every search.
//
// Attributes   src        where the search runs; without it, where this script came from
//              limit      how many results to show (8)
//              shortcuts  "off": leave / and Ctrl-K or Cmd-K to the page
//              strings    JSON object that replaces entries of WORDS below
// Properties   --syllabus-font -fg -bg -accent -on-accent -edge -quoted
// Parts        form input button popup group option status
// Host's CSP   script-src, connect-src and form-action with the address of the search
//
// It is the ARIA APG's editable combobox with list autocomplete and manual selection: focus stays in
// the input, nothing is selected until an arrow key is pressed. Foreign text only becomes text nodes.

const WORDS = {
  label: 'Search',
  button: 'Search',
  results: 'Results',
  loading: 'Searching…',
  found: '{shown} of {total} results. Use the arrow keys.',
  all: 'All {total} results',
  none: 'No results for “{query}”.',
  busy: 'The search is busy. Press Enter to try the search page.',
  unavailable: 'Search is unavailable. Press Enter to open the search page.',
};
const DEBOUNCE_MS = 40;
const LOADING_MS = 300; // a quicker answer needs no word about it
const TIMEOUT_MS = 4000;
const RETRY_MS = 1000; // once, when the server says it is busy

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host(:not([hidden])) { display: block; } :host { position: relative; font: 1rem/1.4 var(--syllabus-font, system-ui, sans-serif);
  --box-bg: var(--syllabus-bg, Canvas); --box-fg: var(--syllabus-fg, CanvasText); --box-accent: var(--syllabus-accent, LinkText);
  --box-edge: var(--syllabus-edge, GrayText);
  --box-tint: color-mix(in srgb, var(--box-accent) 16%, var(--box-bg)); }
* { box-sizing: border-box; }
form { display: flex; gap: .5rem; margin: 0; }
input, button { min-height: 2.75rem; font: inherit; border: 1px solid var(--box-edge); border-radius: 4px; }
input { flex: 1; min-width: 0; margin: 0; padding-inline: .75rem; background: var(--box-bg); color: var(--box-fg); }
button { padding-inline: 1rem; border-color: transparent; background: var(--box-accent);
  color: var(--syllabus-on-accent, var(--box-bg)); font-weight: 600; }
:focus-visible { outline: 3px solid var(--box-accent); outline-offset: 2px; }
.popup { position: absolute; z-index: 10; inset-inline: 0; top: calc(100% + .375rem); max-height: min(70vh, 36rem);
  overflow: auto; overflow-wrap: anywhere; background: var(--box-bg); color: var(--box-fg);
  border: 1px solid var(--box-edge); border-radius: 4px; text-align: start; }
.quiet { inset-block-start: 0; }
.popup:not(.open), .quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); border: 0; }
.group { padding: .625rem .75rem 0; font-size: .8125rem; opacity: .8; }
a { display: block; min-height: 2.75rem; padding: .5rem .75rem; color: inherit; text-decoration: none; }
a:hover, mark { background: var(--box-tint); }
a[aria-selected=true] { outline: 2px solid var(--box-accent); outline-offset: -2px; }
a b, a span { font-family: var(--syllabus-quoted); overflow: hidden; }
a b { display: block; color: var(--box-accent); }
a span { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; font-size: .875rem; }
.all { display: flex; align-items: center; border-top: 1px solid var(--box-edge); color: var(--box-accent); font-weight: 600; }
mark { color: inherit; font-weight: 600; }
.status { margin: 0; padding: .75rem; }
`);

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** A new element. Children are elements or text; text stays text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** An address that is safe to follow, or null. */
function webAddress(text) {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Text and its highlights ([start, length] in UTF-16 units, ascending) as nodes. */
function highlighted(text, ranges) {
  const nodes = [];
  let at = 0;
  for (const [start, length] of ranges ?? []) {
    if (start < at || !(length > 0)) continue;
    nodes.push(text.slice(at, start), make('mark', {}, text.slice(start, start + length)));
    at = start + length;
  }
  return [...nodes, text.slice(at)];
}

/** Does this event come from a place where people type? */
function isTyping(event) {
  const target = event.composedPath()[0];
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

class Unusable extends Error {} // carries the words to show

class SyllabusSearch extends HTMLElement {
  #words; #base; #kept; #input; #list; #status; #popup; #timer; #request; #hasShortcuts;
  #number = 0; // of the newest question: an older answer is dropped
  #active = -1;
  #options = [];

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    if (this.#hasShortcuts) document.addEventListener('keydown', this.#shortcut);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#shortcut);
    this.#stop();
  }

  /** Where the search runs, ending in '/'; null where the src attribute is no web address. */
  #home() {
    try {
      const home = webAddress(new URL(this.getAttribute('src') ?? new URL('.', import.meta.url), document.baseURI));
      return home?.endsWith('/') ? home : home && home + '/';
    } catch {
      return null;
    }
  }

  #build() {
    this.#base = this.#home();
    if (!this.#base) { // the page's own form goes on working
      console.warn('syllabus-search: the src attribute is no web address');
      return;
    }
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    this.#words = { ...WORDS };
    try {
      Object.assign(this.#words, JSON.parse(this.getAttribute('strings') ?? '{}'));
    } catch {
      console.warn('syllabus-search: the strings attribute is not JSON');
    }
    const kept = [...this.querySelectorAll('form input[type=hidden][name]')];
    this.#kept = kept.map((input) => [input.name, input.value]);
    const { label, button, results } = this.#words;

    this.#input = make('input', {
      part: 'input', name: 'q', type: 'search', role: 'combobox', 'aria-label': label, 'aria-autocomplete': 'list',
      'aria-controls': 'list', 'aria-expanded': 'false', autocomplete: 'off', enterkeyhint: 'search',
    });
    this.#hasShortcuts = this.getAttribute('shortcuts') !== 'off';
    if (this.#hasShortcuts) this.#input.setAttribute('aria-keyshortcuts', '/ Control+K Meta+K');
    this.#input.value = this.querySelector('form [name=q]')?.value ?? '';
    this.#list = make('div', { id: 'list', role: 'listbox', 'aria-label': results, hidden: '' });
    this.#status = make('p', { part: 'status', class: 'status', role: 'status' });
    this.#popup = make('div', { part: 'popup', class: 'popup' }, this.#list, this.#status);
    const form = make('form', { part: 'form', role: 'search', action: this.#base + 'search' }, this.#input);
    form.append(...kept.map((input) => input.cloneNode()));
    form.append(make('button', { part: 'button' }, button));
    root.append(form, this.#popup);

    this.#input.addEventListener('input', () => this.#ask());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('click', () => this.#options.length && this.#open(true));
    this.#popup.addEventListener('mousedown', (event) => event.preventDefault()); // focus stays in the input
    this.#input.addEventListener('blur', () => this.#open(false));
  }

  // --- asking

  #stop() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#number++;
  }

  #ask() {
    this.#stop();
    const query = this.#input.value.trim();
    if (!query) return this.#show([], '');
    const number = this.#number;
    this.#timer = setTimeout(() => this.#answer(query, number), DEBOUNCE_MS);
  }

  async #answer(query, number) {
    const slow = setTimeout(() => number === this.#number && this.#say(this.#words.loading), LOADING_MS);
    try {
      const answer = await this.#fetch(query, number);
      if (number === this.#number) this.#present(answer, query);
    } catch (error) {
      if (number !== this.#number) return;
      this.#show([], error instanceof Unusable ? error.message : this.#words.unavailable);
    } finally {
      clearTimeout(slow);
    }
  }

  #address(path, query, more = []) {
    return `${this.#base}${path}?${new URLSearchParams([['q', query], ...this.#kept, ...more])}`;
  }

  async #fetch(query, number, isRetry = false) {
    const address = this.#address('api/v1/search', query, [['limit', this.getAttribute('limit') ?? 8]]);
    const request = (this.#request = new AbortController());
    const late = setTimeout(() => request.abort(), TIMEOUT_MS);
    try {
      const reply = await fetch(address, {
        credentials: 'omit', referrerPolicy: 'no-referrer', signal: request.signal,
      });
      if (reply.status === 429 || reply.status === 503) {
        if (isRetry) throw new Unusable(this.#words.busy);
        await new Promise((done) => setTimeout(done, RETRY_MS));
        if (number !== this.#number) throw new Unusable('');
        return await this.#fetch(query, number, true);
      }
      const body = await reply.json();
      if (!reply.ok) throw new Unusable(body.detail ?? this.#words.unavailable);
      return body;
    } finally {
      clearTimeout(late);
    }
  }

  // --- showing

  #present(answer, query) {
    const groups = new Map();
    for (const result of answer.results) {
      const href = webAddress(result.url);
      if (!href) continue;
      const name = result.resource_title || new URL(href).hostname;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(this.#option(result, href, name));
    }
    const nodes = [...groups].map(([name, options], index) =>
      make('div', { part: 'group', role: 'group', 'aria-labelledby': `group-${index}` },
        make('div', { class: 'group', id: `group-${index}` }, name), ...options));
    const shown = [...groups.values()].flat().length;
    const { total } = answer;
    if (!shown) return this.#show([], fill(this.#words.none, { query }));
    if (total > shown) {
      const href = this.#address('search', query);
      nodes.push(make('a', { part: 'option', class: 'all', role: 'option', tabindex: '-1', href },
        fill(this.#words.all, { total })));
    }
    this.#show(nodes, fill(this.#words.found, { shown, total, query }));
  }

  #option(result, href, group) {
    const inside = result.heading?.at(-1);
    const title = result.title === group ? inside : result.title; // the group says its name already
    return make('a', { part: 'option', role: 'option', tabindex: '-1', href },
      make('b', {}, title || inside || group),
      make('span', {}, ...highlighted(result.text ?? '', result.highlights)));
  }

  /** Shows options, or where there are none, the words alone. Empty words close. */
  #show(nodes, words) {
    this.#list.replaceChildren(...nodes);
    this.#options = [...this.#list.querySelectorAll('[role=option]')];
    this.#options.forEach((option, index) => {
      option.id = `option-${index}`;
      option.setAttribute('aria-selected', 'false');
    });
    this.#list.hidden = !nodes.length;
    this.#say(words);
    this.#select(-1);
    this.#open(words !== '');
  }

  /** The status is heard always and seen where it is all there is. */
  #say(words) {
    this.#status.textContent = words;
    this.#status.classList.toggle('quiet', this.#options.length > 0);
    if (words && !this.#options.length) this.#open(true);
  }

  #open(isOpen) {
    isOpen &&= this.shadowRoot.activeElement === this.#input;
    this.#popup.classList.toggle('open', isOpen);
    this.#input.setAttribute('aria-expanded', String(isOpen && this.#options.length > 0));
    if (!isOpen) this.#select(-1);
  }

  #select(index) {
    this.#options[this.#active]?.setAttribute('aria-selected', 'false');
    this.#active = index;
    const option = this.#options[index];
    if (!option) return this.#input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', option.id);
  }

  // --- keys

  #key(event) {
    if (event.isComposing) return; // an input method is at work
    const isOpen = this.#popup.classList.contains('open');
    const count = this.#options.length;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && count) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (!isOpen) this.#open(true);
      // One place more than there are options: the input itself.
      this.#select(((this.#active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === 'Enter' && isOpen && this.#active >= 0) {
      this.#options[this.#active].click();
    } else if (event.key === 'Escape' && isOpen) {
      this.#open(false);
    } else if (event.key === 'Escape' && this.#input.value) {
      this.#input.value = '';
      this.#ask();
    } else {
      return;
    }
    event.preventDefault();
  }

  #shortcut = (event) => {
    if (event.defaultPrevented || event.repeat || event.altKey || isTyping(event)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (!(isCommand ? event.key.toLowerCase() === 'k' && !event.shiftKey : event.key === '/')) return;
    event.preventDefault();
    this.#input.focus();
    this.#input.select();
  };
}

if (!customElements.get('syllabus-search')) customElements.define('syllabus-search', SyllabusSearch);

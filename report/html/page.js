'use strict';
(() => {
  const byID = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = byID('filters');
  if (!form) return;

  // What there is to search, read from the page once, when it is first needed.
  const text = (element) => element.textContent.toLowerCase();
  const name = (cell) => all('b, code', cell).map(text).join(' ') + ' ' + cell.title.toLowerCase();
  const who = (cell) => ({ element: cell, name: name(cell), everyone: cell.classList.contains('all') });
  const remarks = all('#findings li').map((element) => ({ element, text: text(element), code: element.dataset.code.toLowerCase() }));
  const lists = all('.part').map((element) => ({
    element, rows: all('tbody tr', element).map((row) => ({ element: row, image: name(row.cells[1]), principal: who(row.cells[2]) })),
  }));
  const groups = all('.group').map((element) => {
    const table = element.querySelector('table');
    const rows = [...table.tBodies[0].rows];
    return {
      element, table, listed: element.classList.contains('listed'), columns: [...table.tHead.rows[0].cells].slice(1).map(who),
      rows: rows.map((row) => ({ element: row, image: name(row.cells[0]), changes: row.classList.contains('c'), who: all('td > span', row).map(who) })),
    };
  });
  const lanes = all('.lane').map((element) => ({ element, groups: groups.filter((group) => element.contains(group.element)) }));

  const fields = ['image', 'principal', 'finding', 'only'].map(byID).filter(Boolean);
  const value = (id) => byID(id)?.value.trim().toLowerCase() ?? '';
  const holds = (text, words) => words.every((word) => text.includes(word));
  const isMeant = (principal, words) => principal.everyone || holds(principal.name, words); // everyone is whoever is meant, too
  const columnRules = new CSSStyleSheet();
  document.adoptedStyleSheets = [columnRules];

  const count = (parts) => parts.reduce((sum, part) => sum + part.rows.length, 0);

  function show(element, visible) {
    if (element.hidden === visible) element.hidden = !visible;
    return visible;
  }

  // shown hides the items that are not wanted, and says how many are left.
  function shown(items, wanted) {
    let left = 0;
    for (const item of items) if (show(item.element, wanted(item))) left++;
    return left;
  }

  function filter() {
    const [image, principal, finding] = ['image', 'principal', 'finding'].map((id) => value(id).split(/\s+/).filter(Boolean));
    const only = byID('only')?.checked ?? false;
    const said = [];
    const tell = (section, left, total, noun) => {
      if (total === 0) return;
      const missing = byID(section).dataset.left;
      said.push((left < total ? `${left} of ${total} ` : `${total} `) + (total === 1 ? noun : noun + 's') + (missing ? ` (${missing} more are not on this page)` : ''));
      show(document.querySelector(`#${section} > .none`), left === 0);
    };

    let rows = 0, rules = '';
    for (const lane of lanes) {
      let rowsOfLane = 0;
      for (const group of lane.groups) {
        const columns = group.columns.flatMap((column, i) => isMeant(column, principal) ? [i + 1] : []);
        const narrowed = columns.length < group.columns.length;
        const has = group.listed
          ? (row) => shown(row.who, (one) => isMeant(one, principal)) > 0
          : (row) => !narrowed || columns.some((i) => row.element.cells[i].className);
        const left = shown(group.rows, (row) => holds(row.image, image) && (row.changes || !only) && has(row));
        if (narrowed && left > 0 && !group.listed) {
          rules += `#${group.table.id} tr>:nth-child(n+2):not(${columns.map((i) => `:nth-child(${i + 1})`)}){display:none}`;
        }
        show(group.element, left > 0);
        rowsOfLane += left;
      }
      show(lane.element, rowsOfLane > 0);
      rows += rowsOfLane;
    }
    columnRules.replaceSync(rules);
    tell('access', rows, count(groups), 'image');

    let changes = 0;
    for (const list of lists) {
      const left = shown(list.rows, (row) => holds(row.image, image) && isMeant(row.principal, principal));
      show(list.element, left > 0);
      changes += left;
    }
    tell('changes', changes, count(lists), byID('changes')?.dataset.noun);
    tell('findings', shown(remarks, (r) => holds(r.text, image) && holds(r.text, principal) && holds(r.code, finding)), remarks.length, 'finding');
    const status = 'Shown: ' + said.join(' · ');
    if (byID('shown').textContent !== status) byID('shown').textContent = status;
  }

  // The filters stand in the address, so that a link shows the same to others.
  function remember() {
    const state = new URLSearchParams();
    for (const field of fields) {
      const set = field.type === 'checkbox' ? (field.checked ? 'yes' : '') : field.value;
      if (set) state.set(field.id, set);
    }
    history.replaceState(null, '', state.size ? '#' + state : location.pathname + location.search);
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (location.hash && !fields.some((field) => state.has(field.id))) return; // a place in the page
    for (const field of fields) {
      if (field.type === 'checkbox') field.checked = state.has(field.id);
      else field.value = state.get(field.id) ?? '';
    }
    filter();
  }

  function reset() {
    for (const field of fields) {
      if (field.type === 'checkbox') field.checked = false;
      else field.value = '';
    }
    filter();
    remember();
  }

  let timer;
  form.addEventListener('input', () => {
    filter();
    clearTimeout(timer);
    timer = setTimeout(remember, 250); // browsers refuse many changes of the address in a row
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  byID('reset').addEventListener('click', reset);
  addEventListener('hashchange', recall);

  // A link to a place in the page leaves the filters in the address.
  document.addEventListener('click', (event) => {
    const target = event.target.closest('a[href^="#"]')?.hash;
    const place = target && !target.includes('=') && byID(target.slice(1));
    if (!place) return;
    event.preventDefault();
    place.tabIndex = -1;
    place.focus();
    place.scrollIntoView();
  });

  // Arrow keys go from cell to cell within a table.
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function step(event) {
    const table = event.target.closest('.group .scroll')?.querySelector('table');
    const [down, right] = steps[event.key] ?? [];
    if (!table || down === undefined) return;
    event.preventDefault();
    const visible = (cells) => [...cells].filter((cell) => cell.offsetParent !== null);
    const rows = visible(table.rows);
    const from = event.target.closest('td, th');
    const row = from ? rows[Math.max(0, Math.min(rows.indexOf(from.parentNode) + down, rows.length - 1))] : rows[0];
    const cells = visible(row.cells);
    const at = from ? visible(from.parentNode.cells).indexOf(from) + right : 0;
    const cell = cells[Math.max(0, Math.min(at, cells.length - 1))];
    cell.tabIndex = -1;
    cell.focus();
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && event.target.tagName !== 'INPUT') {
      event.preventDefault();
      byID('image').focus();
    } else if (event.key === 'Escape') {
      reset();
    } else {
      step(event);
    }
  });

  // Where columns are too narrow for words, what a cell says stands below.
  const where = byID('where');
  function explain(event) {
    const cell = event.target.closest?.('.dense td');
    if (!show(where, Boolean(cell))) return;
    const column = cell.closest('table').tHead.rows[0].cells[cell.cellIndex];
    where.textContent = [cell.parentNode.cells[0], column].map((c) => c.innerText.replace(/\s+/g, ' ').trim()).join(' · ') + ': ' + (cell.textContent || 'no launch permission');
  }
  document.addEventListener('pointerover', explain);
  document.addEventListener('focusin', explain);

  form.hidden = false;
  filter();
  recall();
})();

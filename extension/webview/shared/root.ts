/** The place of the page that views are drawn in. */
export function viewRoot(): HTMLElement {
  const root = document.getElementById('view');
  if (!root) throw new Error('the page has no place for the view');
  return root;
}

/** Colours of the theme by CSS variable. They are looked up once for each theme. */
export class Theme {
  private readonly colours = new Map<string, string>();

  constructor(private readonly element: Element) {}

  forget(): void {
    this.colours.clear();
  }

  colour(name: string): string {
    const known = this.colours.get(name);
    if (known !== undefined) return known;
    const found = getComputedStyle(this.element).getPropertyValue(name).trim() || '#888';
    this.colours.set(name, found);
    return found;
  }
}

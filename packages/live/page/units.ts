/** Times as the page writes them. */

export const ms = (milliseconds: number) => `${Math.round(milliseconds)} ms`;
export const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);

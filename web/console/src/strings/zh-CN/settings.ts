const texts = {
} as const satisfies Record<string, string>;
export default texts;

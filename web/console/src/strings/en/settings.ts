import type source from '../zh-CN/settings';

const texts: Record<keyof typeof source, string> = {
};
export default texts;

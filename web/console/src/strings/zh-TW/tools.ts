import type source from '../zh-CN/tools';

const texts: Record<keyof typeof source, string> = {
};
export default texts;

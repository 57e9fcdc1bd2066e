import type source from '../zh-CN/signin';

const texts: Record<keyof typeof source, string> = {
};
export default texts;

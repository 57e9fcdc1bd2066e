// How each language calls itself; the same in every locale.
import type { Locale } from '$shared/i18n/core';

export const LANGUAGES: Record<Locale, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };

// The few words the host page itself shows: open, close, the panel's name, unread.
import type { Locale } from '$shared/i18n/core';

export const words: Record<Locale, { open: string; close: string; name: string; unread: (n: number) => string }> = {
  'zh-CN': { open: '打开在线客服', close: '关闭在线客服', name: '在线客服', unread: (n) => `，${n} 条未读消息` },
  'zh-TW': { open: '開啟線上客服', close: '關閉線上客服', name: '線上客服', unread: (n) => `，${n} 則未讀訊息` },
  en: { open: 'Open support chat', close: 'Close support chat', name: 'Support chat', unread: (n) => `, ${n} unread` },
};

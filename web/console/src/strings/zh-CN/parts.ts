// The words of the parts: what a button, a dialog or an avatar says by itself.
const texts = {
  'parts.optional': '选填',
  'parts.close': '关闭',
  'parts.cancel': '取消',
  'parts.loading': '正在加载',
  'parts.copy': '复制',
  'parts.copied': '已复制',
  'parts.copyFailed': '浏览器不允许复制，请手动选中',
  'parts.shownOnce': '只显示这一次，请现在复制并妥善保存。',
  'parts.showPassword': '显示密码',
  'parts.hidePassword': '隐藏密码',
  'parts.capsLock': '大写锁定已打开',
  'parts.presence.online': '在线',
  'parts.presence.away': '离开',
  'parts.presence.offline': '离线',
} as const satisfies Record<string, string>;
export default texts;

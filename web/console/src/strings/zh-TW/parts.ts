import type source from '../zh-CN/parts';

const texts: Record<keyof typeof source, string> = {
  'parts.optional': '選填',
  'parts.close': '關閉',
  'parts.cancel': '取消',
  'parts.loading': '載入中',
  'parts.copy': '複製',
  'parts.copied': '已複製',
  'parts.copyFailed': '瀏覽器不允許複製，請手動選取',
  'parts.shownOnce': '只會顯示這一次，請立即複製並妥善保存。',
  'parts.showPassword': '顯示密碼',
  'parts.hidePassword': '隱藏密碼',
  'parts.capsLock': '大寫鎖定已開啟',
  'parts.presence.online': '線上',
  'parts.presence.away': '暫離',
  'parts.presence.offline': '離線',
};
export default texts;

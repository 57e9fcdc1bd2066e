// The emoji that an agent needs, by kind, with names in our three languages. Our own small set; loaded when the picker opens.
import type { Locale } from '$shared/i18n/core';

export interface Emoji { sign: string; names: Record<Locale, string> }
export type Kind = 'faces' | 'hands' | 'things' | 'signs';

// sign, zh-CN, zh-TW, en
const table: Record<Kind, string> = {
  faces: `🙂 微笑 微笑 slight smile
😊 开心 開心 smiling eyes
😀 大笑 大笑 grin
😄 笑 笑 laugh
😁 露齿笑 露齒笑 beaming
😅 尴尬笑 尷尬笑 sweat smile
😂 笑哭 笑哭 tears of joy
🤣 笑翻 笑翻 rolling laugh
😉 眨眼 眨眼 wink
😍 喜欢 喜歡 heart eyes
🥰 爱心脸 愛心臉 smiling hearts
😎 酷 酷 cool
🤗 拥抱 擁抱 hug
🤔 思考 思考 thinking
🧐 仔细看 仔細看 monocle
😐 平静 平靜 neutral
😶 无言 無言 no words
🙄 白眼 白眼 eye roll
😬 紧张 緊張 grimace
😌 放心 放心 relieved
😔 失落 失落 pensive
😢 难过 難過 sad
😭 大哭 大哭 crying
😟 担心 擔心 worried
😰 焦虑 焦慮 anxious
😱 惊恐 驚恐 scream
😮 惊讶 驚訝 surprised
😳 脸红 臉紅 flushed
😤 不满 不滿 huffing
😠 生气 生氣 angry
😴 睡觉 睡覺 sleeping
🤒 生病 生病 ill
🥳 庆祝 慶祝 party face
🤝 合作 合作 handshake
🫡 敬礼 敬禮 salute`,
  hands: `👍 赞 讚 thumbs up
👎 不赞 不讚 thumbs down
👌 好的 好的 OK hand
🙏 感谢 感謝 thanks
👏 鼓掌 鼓掌 clap
🙌 欢呼 歡呼 raised hands
👋 你好 你好 wave
✌️ 胜利 勝利 victory
🤞 祝好运 祝好運 fingers crossed
💪 加油 加油 strong
👉 向右 向右 point right
👈 向左 向左 point left
👆 向上 向上 point up
👇 向下 向下 point down
✍️ 写 寫 writing
🙋 举手 舉手 raising hand
🙇 鞠躬 鞠躬 bow
🤷 不知道 不知道 shrug`,
  things: `💰 钱袋 錢袋 money bag
💵 钞票 鈔票 banknote
🪙 硬币 硬幣 coin
💳 银行卡 信用卡 card
🏦 银行 銀行 bank
📈 上涨 上漲 chart up
📉 下跌 下跌 chart down
🧾 收据 收據 receipt
🔒 锁定 鎖定 locked
🔓 解锁 解鎖 unlocked
🔑 钥匙 鑰匙 key
🛡️ 防护 防護 shield
📱 手机 手機 phone
💻 电脑 電腦 laptop
📧 邮件 郵件 email
📎 附件 附件 paperclip
📷 拍照 拍照 camera
🔗 链接 連結 link
🔍 查找 搜尋 search
📝 记录 記錄 memo
📅 日期 日期 calendar
⏰ 闹钟 鬧鐘 alarm clock
⏳ 等待 等待 hourglass
🎉 恭喜 恭喜 celebrate
🎁 礼物 禮物 gift
🌹 玫瑰 玫瑰 rose
☕ 咖啡 咖啡 coffee
🚀 火箭 火箭 rocket
💡 想法 點子 idea
🔥 火 火 fire`,
  signs: `❤️ 爱心 愛心 heart
💔 心碎 心碎 broken heart
⭐ 星 星 star
✨ 闪亮 閃亮 sparkles
✅ 完成 完成 done
☑️ 勾选 勾選 checked
❌ 错误 錯誤 cross
⚠️ 注意 注意 warning
❗ 感叹 驚嘆 exclamation
❓ 疑问 疑問 question
ℹ️ 说明 說明 information
🚫 禁止 禁止 prohibited
🔄 重试 重試 refresh
➡️ 右箭头 右箭頭 right arrow
⬅️ 左箭头 左箭頭 left arrow
🟢 绿灯 綠燈 green
🟡 黄灯 黃燈 yellow
🔴 红灯 紅燈 red
💯 满分 滿分 hundred
🆗 可以 可以 OK
🔔 提醒 提醒 bell
💬 消息 訊息 message
👀 在看 在看 looking`,
};

export const EMOJI = Object.entries(table).map(([kind, lines]) => ({
  kind: kind as Kind,
  items: lines.split('\n').map((line): Emoji => {
    const [sign = '', cn = '', tw = '', ...en] = line.split(' ');
    return { sign, names: { 'zh-CN': cn, 'zh-TW': tw, en: en.join(' ') } };
  }),
}));

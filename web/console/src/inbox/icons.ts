// The icon of each channel.
import type { Channel } from '$shared/api/types';
import Mail from '@lucide/svelte/icons/mail';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Smartphone from '@lucide/svelte/icons/smartphone';
import type { Glyph } from '../parts/Icon.svelte';

export const CHANNEL_ICONS: Record<Channel, Glyph> = { web: MessageSquare, app: Smartphone, email: Mail };

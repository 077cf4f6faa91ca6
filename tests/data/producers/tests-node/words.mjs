// Wrong about blanks.
export const count = text => text.split(' ').length;

import type { ThemeConfig } from 'antd';
import antdTheme from 'antd/es/theme';

/** The kit in our colours. It computes shades of some of them, and therefore cannot take CSS variables for those. */
export function kitTheme(dark: boolean, phone: boolean, still: boolean): ThemeConfig {
  return {
    algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      // The kit waits for the end of its animations before it takes away what left the page: where a style sheet forbids
      // them, that end would never come.
      motion: !still,
      fontFamily: 'var(--font)',
      colorPrimary: dark ? '#8ea2ff' : '#3451d1',
      // The kit would take a lighter one, on which white words cannot be read well.
      colorPrimaryHover: dark ? '#b0beff' : '#2a43b5',
      colorTextLightSolid: dark ? '#0e1330' : '#ffffff',
      colorText: dark ? '#e8ebf0' : '#161b26',
      colorTextSecondary: dark ? '#b8c0cc' : '#465063',
      colorTextDescription: dark ? '#949eae' : '#626b7c',
      colorTextPlaceholder: dark ? '#949eae' : '#626b7c',
      colorTextDisabled: dark ? '#949eae' : '#626b7c',
      colorBgContainer: dark ? '#161b22' : '#ffffff',
      colorBgElevated: dark ? '#1b212a' : '#ffffff',
      colorBorder: dark ? '#39424f' : '#d5d9e2',
      colorError: dark ? '#ff8a80' : '#b42318',
      colorLink: dark ? '#b0beff' : '#2a43b5',
      borderRadius: 7,
      fontWeightStrong: 600,
      // As high as `--touch`.
      controlHeight: phone ? 44 : 32,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 400 },
    },
  };
}

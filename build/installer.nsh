; Offers the program for captures beside whatever opens them now. electron-builder's own file associations would write
; each extension's default class and take it from Wireshark, so only OpenWithProgids and our class are written.

!define CAPTURE_CLASS "HandshakeInspector.Capture"

!macro offerFor EXT
  WriteRegNone SHELL_CONTEXT "Software\Classes\.${EXT}\OpenWithProgids" "${CAPTURE_CLASS}"
!macroend

!macro withdrawFor EXT
  DeleteRegValue SHELL_CONTEXT "Software\Classes\.${EXT}\OpenWithProgids" "${CAPTURE_CLASS}"
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\${CAPTURE_CLASS}" "" "Packet capture"
  WriteRegStr SHELL_CONTEXT "Software\Classes\${CAPTURE_CLASS}\DefaultIcon" "" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\${CAPTURE_CLASS}\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  !insertmacro offerFor "pcap"
  !insertmacro offerFor "pcapng"
  !insertmacro offerFor "cap"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, i 0, i 0)'
!macroend

!macro customUnInstall
  !insertmacro withdrawFor "pcap"
  !insertmacro withdrawFor "pcapng"
  !insertmacro withdrawFor "cap"
  DeleteRegKey SHELL_CONTEXT "Software\Classes\${CAPTURE_CLASS}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, i 0, i 0)'
!macroend
